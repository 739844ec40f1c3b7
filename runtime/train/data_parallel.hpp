// What a training loop does differently where several processes share every step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/shard.hpp"
#include "runtime/data/any_dataset.hpp"
#include "runtime/data/loader.hpp"
#include "runtime/model/network_of.hpp"
#include "runtime/train/mixup.hpp"
#include "runtime/train/sample_sizes.hpp"

namespace tn {

/// Takes each batch to the model: all of it where one process trains alone, else this process's part, after which the
/// model's device computes the whole batch's statistics and gradients with the others.
class DataParallel {
public:
    /// `group` may be null. Throws Error when its processes cannot share such a batch, when the model's device cannot
    /// share at all, when the others have other samples, or when samples are to be cut that are no pictures of one
    /// label.
    template <class M>
    DataParallel(M& model, const AnyDataset& training, int batch, const Mixing& mixing, ProcessGroup* group)
        : group_(group), mixing_(mixing), input_(input_of(model)) {
        const int used = std::min(batch, training.size());
        const SampleSizes sizes = sample_sizes(model);
        if (mixing.cutmix > 0 && input_.plane() < 2)
            throw Error("cutmix is for pictures, not for an input of " + input_.text().string());
        if (mixing.cutmix > 0 && sizes.labels > 1)
            throw Error("cutmix is for pictures of one label each, not of " + std::to_string(sizes.labels));
        if (mixing.any()) blends_.resize(std::max(used, 0));
        if (!group) return;
        const int most = model.batch();
        if (used < group->size() || group->size() > most || part(used) > most)
            throw Error("a batch of " + std::to_string(used) + " cannot be shared by " + std::to_string(group->size()) +
                        " processes: each computes 1 to " + std::to_string(most) + " of its samples");
        model.join(group);
        const std::uint64_t seen = fingerprint(training, sizes);
        if (!group->same(static_cast<int>(seen ^ seen >> 32)))
            throw Error("the processes do not train on the same samples: every machine must read the same ones");
        if (mixing.any()) mixed_.resize(used * input_.size());
    }

    /// This process has every batch to itself.
    bool alone() const { return !group_; }

    /// The most samples of a batch of n that one process computes.
    int part(int n) const { return group_ ? (n + group_->size() - 1) / group_->size() : n; }

    /// Leaves out the samples that this process does not need. A blend needs those of others.
    void limit(LoaderOptions& loading) const {
        if (!group_ || mixing_.any()) return;
        loading.rank = group_->rank();
        loading.ranks = group_->size();
    }

    /// Throws Error unless every process has taken as many steps.
    void check_same(std::uint64_t step) const {
        if (group_ && !group_->same(static_cast<int>(step)))
            throw Error("the processes do not go on from the same model: every machine must read the same folder");
    }

    /// Fills the model's input and labels with this process's part of the batch, and returns how many samples it is.
    /// `random` is of this step.
    template <class M> int take(M& model, const BatchView& batch, const Random& random) {
        const Shard share = group_ ? shard_of(batch.n, group_->rank(), group_->size()) : Shard{0, batch.n, true};
        if (group_) model.join(share.alone ? nullptr : group_);
        const std::size_t size = batch.inputs.size() / batch.n;
        const std::size_t first = share.first, count = share.count;
        const auto part = [&](const auto& values) {
            const std::size_t each = values.size() / batch.n;
            return values.subspan(first * each, count * each);
        };
        if (mixing_.any()) {
            const auto blends = std::span(blends_).first(batch.n);
            draw_mixing(mixing_, input_.height, input_.width, random, blends);
            const std::span<float> all = group_ ? std::span<float>(mixed_) : model.input();
            blend_pictures(batch.inputs, blends, input_.height, input_.width, all);
            if (group_) std::copy_n(all.data() + first * size, count * size, model.input().data());
        } else {
            std::ranges::copy(part(batch.inputs), model.input().begin());
        }
        if constexpr (requires { model.labels(); }) std::ranges::copy(part(batch.labels), model.labels().begin());
        if constexpr (requires { model.targets(); }) std::ranges::copy(part(batch.targets), model.targets().begin());
        return share.count;
    }

    /// All processes go on by what the first one found.
    void take_from_first(std::span<double> found) const {
        if (!group_) return;
        if (group_->rank() > 0) std::fill(found.begin(), found.end(), 0);
        group_->sum(found);
    }

    /// After the last step the model trains alone again.
    template <class M> void leave(M& model) const {
        if (group_) model.join(nullptr);
    }

private:
    ProcessGroup* group_;
    Mixing mixing_;
    Shape input_;
    std::vector<Blend> blends_;
    std::vector<float> mixed_;
};

}  // namespace tn
