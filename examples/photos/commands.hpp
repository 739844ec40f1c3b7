// What the photos program can be told, and its commands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace photos {

/// Where it runs.
struct Machine {
    std::string device = "cpu", precision = "fp32", instructions = "best";
    int threads = 0;
};

struct TrainCommand {
    std::string folder, test_folder, out = "photos-run", augmentation = "strong", weights, schedule = "cosine",
                                     class_weights = "none", batch = "64", cache;
    int epochs = 0, evaluate_limit = 0, train_per_class = 0, generated = 200, generated_test = 0, patience = 0;
    std::int64_t iterations = 0;
    double test_share = 0.2, rate = 1e-3, weight_decay = 1e-4, wrong_labels = 0.04, smoothing = 0, mixup = 0,
           average = 0, warm_up = 0.05, held_out = 0.1;
    std::uint64_t seed = 1;
    bool resume = false, mirror = false, live = false;
};

struct UseCommand {
    std::string model = "photos-run/model.safetensors", folder, out;
    std::vector<std::string> files;
    bool mirror = false;
};

struct CleanCommand {
    std::string folder, test_folder, out = "photos-clean", move, undo, augmentation = "strong";
    int folds = 5, repeats = 1, epochs = 0, generated = 200;
    double trial = 0;
    std::uint64_t seed = 1;
};

struct LiveCommand {
    std::string folder = "photos-run";
};

struct ExportCommand {
    std::string model = "photos-run/model.safetensors", weights, header, onnx, name = "network";
};

/// Each returns the program's exit status and throws tn::Error for bad input.
int train(const Machine&, const TrainCommand&);
int test(const Machine&, const UseCommand&);
int predict(const Machine&, const UseCommand&);
int inspect(const Machine&, const UseCommand&);
int clean(const Machine&, const CleanCommand&);
int live(const LiveCommand&);
int write_exports(const ExportCommand&);

}  // namespace photos
