#include "runtime/data/any_dataset.hpp"

#include <fmt/format.h>

#include <bit>
#include <vector>

#include "runtime/core/fnv.hpp"

namespace tn {

namespace {

class PictureDataset final : public AnyDataset {
public:
    PictureDataset(const Pictures& pictures, const PictureOptions& options) : pictures_(pictures), options_(options) {
        if (pictures.pixels.size() != pictures.size() * pictures.shape.size())
            throw Error(fmt::format("{} pictures must have {} bytes each, not {} in all", pictures.size(),
                                    pictures.shape.size(), pictures.pixels.size()));
    }
    int size() const override { return pictures_.size(); }
    void input(int i, std::span<float> to) const override {
        normalise(pictures_.picture(i), pictures_.shape, options_.normalise, to);
    }
    void input(int i, std::span<float> to, const Random& random) const override {
        augment(pictures_.picture(i), pictures_.shape, options_.augmentation, options_.normalise, random, to);
    }
    bool has_labels() const override { return true; }
    bool has_targets() const override { return false; }
    void labels(int i, std::span<int> to) const override { to[0] = pictures_.labels[i]; }
    void targets(int, std::span<float>) const override { throw Error("pictures of classes have no targets"); }
    const Pictures* pictures() const override { return &pictures_; }

private:
    const Pictures& pictures_;
    const PictureOptions options_;
};

}  // namespace

std::unique_ptr<AnyDataset> any_dataset(const Pictures& pictures, const PictureOptions& options) {
    return std::make_unique<PictureDataset>(pictures, options);
}

void check_dataset(const AnyDataset& data, const SampleSizes& sizes, int classes, int ignored,
                   const std::string& name) {
    if (sizes.labels > 0 && !data.has_labels())
        throw Error(fmt::format("{} must have labels, which the network's loss compares with", name));
    if (sizes.targets > 0 && !data.has_targets())
        throw Error(fmt::format("{} must have targets, which the network's loss compares with", name));
    std::vector<int> labels(sizes.labels);
    for (int i = 0; sizes.labels > 0 && i < data.size(); ++i) {
        data.labels(i, labels);
        for (const int label : labels)
            if ((label < 0 || label >= classes) && label != ignored)
                throw Error(
                    fmt::format("{}: sample {} has label {}, but the model has {} classes", name, i, label, classes));
    }
}

std::uint64_t fingerprint(const AnyDataset& data, const SampleSizes& sizes) {
    Fnv fnv;
    std::vector<float> input(sizes.input), targets(sizes.targets);
    std::vector<int> labels(sizes.labels);
    for (int i = 0; i < data.size(); ++i) {
        data.input(i, input);
        for (const float value : input) fnv.add(std::bit_cast<int>(value));
        if (sizes.labels > 0) data.labels(i, labels);
        for (const int label : labels) fnv.add(label);
        if (sizes.targets > 0) data.targets(i, targets);
        for (const float value : targets) fnv.add(std::bit_cast<int>(value));
    }
    return fnv.hash;
}

std::string digest_of(std::initializer_list<std::uint64_t> fingerprints) {
    Fnv fnv;
    for (const std::uint64_t one : fingerprints) fnv.add(one);
    return fmt::format("{:016x}", fnv.hash);
}

}  // namespace tn
