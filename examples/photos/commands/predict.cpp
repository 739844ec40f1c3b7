// photos predict: the most probable classes of each photograph.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "examples/photos/commands/answers.hpp"
#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/model.hpp"
#include "examples/photos/run/heat_maps.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/train/probabilities.hpp"

namespace photos {

namespace {

constexpr int heat_map_side = 512;  ///< pixels of the picture's longer side, or so

struct PredictArguments {
    Machine machine;
    std::string model = "photos-run/model.safetensors";
    std::vector<std::string> files;
    bool mirror = false;
    std::string heat_map;
    AnswerOptions answers;
};

/// Of the most probable class, over the part of the photograph that the network sees, in its colours.
void write_heat_map(const std::string& file, const Pictures& seen, const TrainedModel& trained, int answer,
                    const PredictArguments& a) {
    const auto maps = trained.models->heat_maps(trained.model->tensors());
    if (!maps) throw Error("heat maps are computed on the CPU only: use --device cpu");
    const PictureShape s = seen.shape;
    const int zoom = std::max(1, heat_map_side / std::max(s.height, s.width));
    const Picture photograph =
        resize(read_picture(file, 3, ground_of(trained.info)), {3, zoom * s.height, zoom * s.width}, trained.fit);
    write_png(a.heat_map, heat_picture(*maps, photograph, {s, seen.pixels}, trained.info.normalise, answer));
}

void print_prediction(const std::string& file, const TrainedModel& trained, const PredictArguments& a) {
    const Picture picture = read_picture(file, trained.network.shape.channels, ground_of(trained.info));
    const Pictures one = set_of(picture, trained);
    const auto p = probabilities(*trained.model, one, trained.info.normalise, 1, a.mirror);
    fmt::print("{}\n", answer_line(file, p, trained.info.classes, a.answers));
    if (!a.heat_map.empty())
        write_heat_map(file, one, trained, static_cast<int>(std::ranges::max_element(p) - p.begin()), a);
}

/// Errors that do not end the program: they are printed and counted.
class Failures {
public:
    void add(const std::string& what) {
        std::fflush(stdout);
        fmt::print(stderr, "error: {}\n", escape_text(what));
        ++count_;
    }
    template <class F> void attempt(F f) {
        try {
            f();
        } catch (const Error& e) {
            add(e.what());
        }
    }
    int count() const { return count_; }

private:
    int count_ = 0;
};

int predict(const PredictArguments& a) {
    if (!a.heat_map.empty() && (a.files.size() != 1 || std::filesystem::is_directory(a.files[0])))
        throw Error("--heat-map is of one photograph");
    const auto networks = open_networks(a.machine);
    // Standard output is for the answers alone.
    if (a.machine.device != "cpu") fmt::print(stderr, "{}\n", networks->describe());
    const TrainedModel trained = open_model(a.model, *networks);
    if (trained.int8 && !a.heat_map.empty())
        throw Error(a.model + ": is in int8, which has no heat maps: name the model that it was made from");
    Failures failures;
    for (const std::string& argument : a.files)
        failures.attempt([&] {
            const PictureFiles found = picture_files(argument);
            for (const std::string& file : found.files) failures.attempt([&] { print_prediction(file, trained, a); });
            for (const SkippedFile& file : found.skipped) failures.add(file.path + ": " + file.reason);
        });
    return failures.count() > 0 ? 1 : 0;
}

}  // namespace

Command add_predict(CLI::App& program) {
    CLI::App* line = program.add_subcommand("predict", "print the most probable classes of photographs");
    const auto a = std::make_shared<PredictArguments>();
    line->add_option("files", a->files, "photographs, or folders of them")->required();
    line->add_option("--model", a->model, "the model")->capture_default_str();
    line->add_flag("--mirror", a->mirror, "look at each photograph and its mirror image and average");
    line->add_option("--top", a->answers.top, "so many classes, the most probable first")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    line->add_option("--min-confidence", a->answers.min_confidence,
                     "a photograph whose most probable class is below this is 'none of these'")
        ->capture_default_str()
        ->check(within(0, 1));
    line->add_option(
        "--heat-map", a->heat_map,
        "write a PNG of the photograph, brightest where the network sees the most probable class (Grad-CAM)");
    line->add_flag("--json", a->answers.json, "a JSON object per line, with the probabilities of all classes");
    add_machine_options(*line, a->machine);
    return {line, [a] { return predict(*a); }};
}

}  // namespace photos
