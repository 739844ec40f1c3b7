#include "examples/photos/commands/calibrate.hpp"

#include <algorithm>
#include <filesystem>

#include "dsl/core/index.hpp"
#include "runtime/data/folder.hpp"

namespace photos {

namespace {

/// Of the folder itself and of those in it.
std::vector<std::string> pictures_in(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<fs::path> folders;
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
        if (entry.is_directory()) folders.push_back(entry.path());
    if (failed) throw Error(folder + ": must be a folder of photographs to calibrate with");
    std::sort(folders.begin(), folders.end());
    std::vector<std::string> files;
    const auto add = [&](const fs::path& path) {
        const PictureFiles found = picture_files(path);
        files.insert(files.end(), found.files.begin(), found.files.end());
    };
    if (folders.empty()) add(folder);
    for (const fs::path& sub : folders) add(sub);
    return files;
}

}  // namespace

std::vector<ValueRange> calibrated(const InferenceGraph& graph, const TrainedModel& trained,
                                   const std::string& folder) {
    const std::vector<std::string> files = pictures_in(folder);
    const int all = static_cast<int>(files.size()), count = std::min(all, calibration_photographs);
    Calibration calibration(graph);
    std::vector<float> sample(trained.network.shape.size());
    for (int i = 0; i < count; ++i) {
        const std::string& file = files[part_begin(all, i, count)];
        const Pictures one =
            set_of(read_picture(file, trained.network.shape.channels, ground_of(trained.info)), trained);
        normalise(one.picture(0), one.shape, trained.info.normalise, sample);
        calibration.add(sample);
    }
    return calibration.ranges();
}

}  // namespace photos
