// Times the way of photographs into a training step: decoding and scaling, augmentation, and how long training waits
// for them. Prints tables. Usage: loader FOLDER [threads] [steps]; the folder has photographs, one sub-folder per
// class.
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <random>
#include <string>

#include "bench/median.hpp"
#include "examples/photos/networks/known/grey_128.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/train/trainer.hpp"

using namespace tn;
using bench::least_seconds;

namespace {

using Network = photos::Grey128::Of<64>;
constexpr PictureShape picture_shape{Network::input.channels, Network::input.height, Network::input.width};

namespace fs = std::filesystem;

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A folder of this process's own, gone at the end.
struct Scratch {
    fs::path path = fs::temp_directory_path() / fmt::format("typenet-bench-{}", std::random_device()());
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

void print_reading(const std::string& folder, ThreadPool& pool) {
    Scratch scratch;
    FolderOptions kept;
    kept.cache = scratch.path;
    const int count = read_folder(folder, picture_shape, pool, kept).size();
    const auto row = [&](const char* what, const FolderOptions& options) {
        const double seconds = least_seconds(3, [&] { read_folder(folder, picture_shape, pool, options); });
        fmt::print("| {:<40} | {:>20.0f} |\n", what, count / seconds);
    };
    fmt::print("| {:<40} | photographs a second |\n|{:-<42}|---------------------:|\n", "reading, all threads", "");
    row("decode and scale", {});
    row("from the cache of decoded photographs", kept);
}

void print_augmentation(const Pictures& set) {
    std::vector<float> out(set.shape.size());
    fmt::print("\n| {:<40} |", "augmenting, photographs a second, 1 thread");
    for (const char* level : {"none", "light", "strong"}) fmt::print(" {:>8} |", level);
    fmt::print("\n|{:-<42}|---------:|---------:|---------:|\n", "");
    for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
        if (!available(isa)) continue;
        fmt::print("| {:<40} |", name(isa));
        for (const char* level : {"none", "light", "strong"}) {
            const Augmentation augmentation = parse_augmentation(level);
            const int count = std::min(set.size(), 200);
            const double seconds = least_seconds(10, [&] {
                for (int i = 0; i < count; ++i)
                    augment(set.picture(i), set.shape, augmentation, {}, Random(1, stream::augment, i), out, isa);
            });
            fmt::print(" {:>8.0f} |", count / seconds);
        }
        fmt::print("\n");
    }
}

void print_training(const Pictures& set, cpu::Device& device, int steps) {
    fmt::print(
        "\n| {:<40} | ms a step | idle % | loading % of processor |\n|{:-<42}|----------:|-------:|"
        "-----------------------:|\n",
        fmt::format("training, batch {}", Network::batch), "");
    for (const char* level : {"none", "light", "strong"}) {
        TrainOptions o;
        o.iterations = steps;
        o.classes = set.classes;
        o.loader.augmentation = parse_augmentation(level);
        o.loader.normalise = fit_normalise(set);
        Model<Network, Adam> model(device);
        model.active_outputs(static_cast<int>(set.classes.size()));
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "w"), &std::fclose);
        Progress progress(nowhere.get(), false, 80, false);
        const double start = seconds_now();
        Pictures none;
        none.shape = set.shape;
        const EpochResult last = train(model, Adam{}, set, none, o, progress).back();
        fmt::print("| {:<40} | {:>9.1f} | {:>6.2f} | {:>22.2f} |\n", level, 1000 * (seconds_now() - start) / steps,
                   100 * last.loading.idle, 100 * last.loading.loader);
    }
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2) throw Error("usage: loader FOLDER [threads] [steps]");
    cpu::Device device(argc > 2 ? std::atoi(argv[2]) : 0);
    const Pictures set = read_folder(argv[1], picture_shape, device.threads());
    fmt::print("{} photographs to {} x {}; {}\n\n", set.size(), set.shape.height, set.shape.width, device.describe());
    print_reading(argv[1], device.threads());
    print_augmentation(set);
    print_training(set, device, argc > 3 ? std::atoi(argv[3]) : 40);
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
