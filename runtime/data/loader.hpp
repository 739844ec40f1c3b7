// Loader: shuffles samples and copies them into batches ahead of the trainer, on threads of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "runtime/data/any_dataset.hpp"
#include "runtime/data/augment.hpp"

namespace tn {

/// One batch; the spans stay valid until the next call of next().
struct BatchView {
    std::span<const float> inputs;   ///< [n][input], of pictures normalised; of other processes: anything
    std::span<const int> labels;     ///< [n][labels]
    std::span<const float> targets;  ///< [n][targets]; of other processes: anything
    int n = 0;
    std::uint64_t epoch = 0;  ///< counted from 0
    int index = 0;            ///< of the batch in its epoch, from 0
};

struct LoaderOptions {
    int batch = 64;
    Augmentation augmentation{};
    Normalise normalise{};
    std::uint64_t seed = 1;
    int threads = 1;
    int ahead = 3;            ///< batches prepared before they are asked for
    int rank = 0, ranks = 1;  ///< processes that share a batch: the pictures of the others' shard_of() it are left out
};

/// Every epoch goes through all samples once in an order of its own (epoch_order); the last batch holds the rest. What
/// a sample looks like depends on the seed, the epoch and its index only, never on the number of threads. Allocates
/// nothing after construction, but with TrivialAugment one picture a thread.
class Loader {
public:
    /// Samples of which a model takes so much. Throws Error when there is none, when an option is out of range or when
    /// the system does not give so many threads. `data` must outlive the loader.
    Loader(const AnyDataset& data, const SampleSizes& sizes, const LoaderOptions& options);
    /// Pictures, augmented and normalised as the options say. Throws Error also when their bytes are not as many as
    /// their shape says. `pictures` must outlive the loader.
    Loader(const Pictures& pictures, const LoaderOptions& options);
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    int batches_per_epoch() const { return batches_; }

    /// The next batch, waiting for it if it is not ready; rethrows what went wrong on a thread.
    BatchView next();

    /// Goes on with this batch (counted over all epochs): what a resumed run calls first.
    void seek(std::uint64_t batch);

    /// Seconds that next() waited in all: what the loader cost the trainer.
    double waited_seconds() const { return waited_; }

    /// Seconds of processor time that its threads have taken for the batches made so far.
    double processor_seconds() const;

private:
    struct Slot {
        std::vector<float> inputs, targets;
        std::vector<int> labels, order;
        std::vector<std::uint64_t> keys;
        BatchView view;
        std::uint64_t batch = 0, ordered_epoch = ~std::uint64_t{0};
        bool ready = false;
    };

    void work();
    void stop();
    void fill(Slot& slot);
    void order_epoch(Slot& slot, std::uint64_t epoch) const;

    Loader(std::unique_ptr<AnyDataset> pictures, const SampleSizes& sizes, const LoaderOptions& options);

    std::unique_ptr<AnyDataset> own_;  // null when the data set is the caller's
    const AnyDataset& data_;
    SampleSizes sizes_;
    LoaderOptions options_;
    int batches_;
    std::vector<Slot> slots_;
    std::vector<std::thread> threads_;
    mutable std::mutex mutex_;
    std::condition_variable filled_, freed_;
    std::uint64_t to_fill_ = 0, to_give_ = 0, generation_ = 0;
    int filling_ = 0;
    bool stop_ = false;
    std::exception_ptr failure_;
    double waited_ = 0, worked_ = 0;
};

}  // namespace tn
