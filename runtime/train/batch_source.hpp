// Where the steps of a training run get their samples: from the host's loader, or from the device that keeps them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/data/loader.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/train/data_parallel.hpp"
#include "runtime/train/step_options.hpp"
#include "runtime/train/weight_average.hpp"

namespace tn {

/// A model that can keep pictures (AnyModel) does, and blends and averages there too, unless batches are shared with
/// other processes: then the host does all that.
template <class M, class Optimizer> class BatchSource {
public:
    /// `average` is moved by every step unless there is none. Throws Error as Loader does.
    BatchSource(M& model, const AnyDataset& data, const LoaderOptions& options, DataParallel& shared,
                std::optional<WeightAverage>& average, float weight_decay, const StepOptions& step_options)
        : model_(model),
          seed_(options.seed),
          shared_(shared),
          average_(average),
          batches_((data.size() + std::max(options.batch, 1) - 1) / std::max(options.batch, 1)) {
        if constexpr (can_keep)
            kept_ = shared.alone() && data.pictures() &&
                    model.upload_pictures(*data.pictures(), options, weight_decay, step_options);
        if (!kept_) loader_.emplace(data, sample_sizes(model), options);
    }

    int batches_per_epoch() const { return batches_; }

    /// Null when the device makes the batches.
    const Loader* loader() const { return kept_ ? nullptr : &*loader_; }

    /// Comes before the first take(), and end() after the last: between them the average may be on the device.
    void begin() {
        if constexpr (can_keep)
            if (kept_ && average_) average_->upload(model_);
    }
    void end() {
        if constexpr (can_keep)
            if (kept_ && average_) average_->download(model_);
    }

    /// Takes step number `at`, counted from 0, and as many of those before `end` as go together with it;
    /// `optimizer_of` gives each one's optimizer. They must follow each other, but for the first call.
    template <class OptimizerOf> TakenSteps take(std::int64_t at, std::int64_t end, const OptimizerOf& optimizer_of) {
        const std::uint64_t number = at;
        if constexpr (can_keep) {
            if (kept_) {
                ahead_.clear();
                for (std::int64_t i = at; i < std::min<std::int64_t>(end, at + most_ahead); ++i)
                    ahead_.push_back(optimizer_of(i));
                return model_.train_on_device(number, ahead_);
            }
        }
        if (next_ != at) loader_->seek(number);
        next_ = at + 1;
        const BatchView batch = loader_->next();
        const int part = shared_.take(model_, batch, Random(seed_, stream::mixup, number));
        const BatchResult result = model_.train(part, optimizer_of(at));
        if (average_) average_->add(model_, model_.step());
        return {result, 1};
    }

private:
    static constexpr int most_ahead = 64;  ///< as many as cuda::LoaderStats takes together
    static constexpr bool can_keep =
        requires(M& model, const Pictures& pictures) { model.upload_pictures(pictures, {}, 0.0f, {}); };

    M& model_;
    std::uint64_t seed_;
    DataParallel& shared_;
    std::optional<WeightAverage>& average_;
    int batches_;
    bool kept_ = false;
    std::int64_t next_ = 0;
    std::optional<Loader> loader_;
    std::vector<Optimizer> ahead_;
};

}  // namespace tn
