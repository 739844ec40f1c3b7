// Where the steps of a training run get their pictures: from the host's loader, or from the device that keeps them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/data/loader.hpp"
#include "runtime/train/batch_result.hpp"
#include "runtime/train/shared_steps.hpp"

namespace tn {

/// A model that can keep pictures (AnyModel) does, unless they are mixed or shared with other processes, which the host
/// does.
template <class M, class Optimizer> class StepSource {
public:
    /// `most` limits how many steps are taken together. Throws Error as Loader does.
    StepSource(M& model, const Pictures& pictures, const LoaderOptions& options, SharedSteps& shared,
               float weight_decay, int most)
        : model_(model), seed_(options.seed), shared_(shared), most_(most),
          batches_((pictures.size() + std::max(options.batch, 1) - 1) / std::max(options.batch, 1)) {
        if constexpr (requires { model.keep_pictures(pictures, options, weight_decay); })
            kept_ = shared.as_they_are() && model.keep_pictures(pictures, options, weight_decay);
        if (!kept_) loader_.emplace(pictures, options);
    }

    int batches_per_epoch() const { return batches_; }

    /// Null when the device makes the batches.
    const Loader* loader() const { return kept_ ? nullptr : &*loader_; }

    /// Takes step number `at`, counted from 0, and as many of those before `end` as go together with it;
    /// `optimizer_of` gives each one's optimizer. They must follow each other, but for the first call.
    template <class OptimizerOf> TakenSteps take(std::int64_t at, std::int64_t end, const OptimizerOf& optimizer_of) {
        const auto number = static_cast<std::uint64_t>(at);
        if constexpr (requires { model_.train_kept(number, ahead_); }) {
            if (kept_) {
                ahead_.clear();
                for (std::int64_t i = at; i < std::min<std::int64_t>(end, at + most_); ++i)
                    ahead_.push_back(optimizer_of(i));
                return model_.train_kept(number, ahead_);
            }
        }
        if (next_ != at) loader_->seek(number);
        next_ = at + 1;
        const BatchView batch = loader_->next();
        const int part = shared_.take(model_, batch, Random(seed_, stream::mixup, number));
        return {model_.train(part, optimizer_of(at)), 1};
    }

private:
    M& model_;
    std::uint64_t seed_;
    SharedSteps& shared_;
    int most_, batches_;
    bool kept_ = false;
    std::int64_t next_ = 0;
    std::optional<Loader> loader_;
    std::vector<Optimizer> ahead_;
};

}  // namespace tn
