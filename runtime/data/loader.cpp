#include "runtime/data/loader.hpp"

#include <chrono>
#include <ctime>
#include <string>
#include <system_error>
#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/shard.hpp"
#include "runtime/data/epoch_order.hpp"

namespace tn {

namespace {

/// Processor time of the calling thread.
double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Loader::Loader(const Pictures& pictures, const LoaderOptions& options)
    : Loader(any_dataset(pictures, {options.augmentation, options.normalise}), {pictures.shape.size(), 1, 0}, options) {
}

Loader::Loader(std::unique_ptr<AnyDataset> pictures, const SampleSizes& sizes, const LoaderOptions& options)
    : Loader(*pictures, sizes, options) {
    own_ = std::move(pictures);
}

Loader::Loader(const AnyDataset& data, const SampleSizes& sizes, const LoaderOptions& options)
    : data_(data), sizes_(sizes), options_(options) {
    if (data.size() < 1) throw Error("a loader needs at least 1 sample");
    if (options.batch < 1) throw Error("the batch must be at least 1, not " + std::to_string(options.batch));
    if (options.threads < 1 || options.threads > 256)
        throw Error("the loader's threads must be 1 to 256, not " + std::to_string(options.threads));
    if (options.ahead < 1 || options.ahead > 64)
        throw Error("the loader must be 1 to 64 batches ahead, not " + std::to_string(options.ahead));
    options_.batch = std::min(options.batch, data.size());
    batches_ = (data.size() + options_.batch - 1) / options_.batch;
    // One slot more than is ahead: the trainer still reads the batch that it was given last.
    slots_.resize(Index{options.ahead} + 1);
    for (Slot& slot : slots_) {
        slot.inputs.resize(options_.batch * sizes.input);
        slot.labels.resize(options_.batch * sizes.labels);
        slot.targets.resize(options_.batch * sizes.targets);
        slot.order.resize(data.size());
        slot.keys.resize(data.size());
    }
    try {
        for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& refused) {
        const std::size_t started = threads_.size();
        stop();
        throw Error("only " + std::to_string(started) + " of the loader's " + std::to_string(options.threads) +
                    " threads could be started: " + refused.what());
    }
}

Loader::~Loader() { stop(); }

void Loader::stop() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    freed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void Loader::order_epoch(Slot& slot, std::uint64_t epoch) const {
    if (slot.ordered_epoch == epoch) return;
    epoch_order(slot.order, slot.keys, options_.seed, epoch);
    slot.ordered_epoch = epoch;
}

void Loader::fill(Slot& slot) {
    const std::uint64_t epoch = slot.batch / batches_;
    const int index = static_cast<int>(slot.batch % batches_);
    order_epoch(slot, epoch);
    const int first = index * options_.batch, n = std::min(options_.batch, data_.size() - first);
    const Shard share = shard_of(n, options_.rank, options_.ranks);
    const auto place = [](auto& values, int i, std::size_t size) { return std::span(values).subspan(i * size, size); };
    for (int i = 0; i < n; ++i) {
        const int sample = slot.order[first + i];
        if (sizes_.labels > 0) data_.labels(sample, place(slot.labels, i, sizes_.labels));
        if (i < share.first || i >= share.first + share.count) continue;
        if (sizes_.targets > 0) data_.targets(sample, place(slot.targets, i, sizes_.targets));
        data_.input(sample, place(slot.inputs, i, sizes_.input),
                    Random(options_.seed, stream::augment, epoch * data_.size() + sample));
    }
    slot.view = {std::span(slot.inputs).first(n * sizes_.input),
                 std::span(slot.labels).first(n * sizes_.labels),
                 std::span(slot.targets).first(n * sizes_.targets),
                 n,
                 epoch,
                 index};
}

void Loader::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        freed_.wait(lock, [&] { return stop_ || (!failure_ && to_fill_ < to_give_ + options_.ahead); });
        if (stop_) return;
        Slot& slot = slots_[to_fill_ % slots_.size()];
        slot.batch = to_fill_++;
        slot.ready = false;
        const std::uint64_t generation = generation_;
        ++filling_;
        lock.unlock();
        std::exception_ptr failure;
        const double before = thread_seconds();
        try {
            fill(slot);
        } catch (...) {
            failure = std::current_exception();
        }
        const double worked = thread_seconds() - before;
        lock.lock();
        worked_ += worked;
        --filling_;
        if (generation == generation_) {
            slot.ready = !failure;
            if (failure && !failure_) failure_ = failure;
        }
        filled_.notify_all();
    }
}

BatchView Loader::next() {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[to_give_ % slots_.size()];
    const auto start = std::chrono::steady_clock::now();
    filled_.wait(lock, [&] { return failure_ || (slot.ready && slot.batch == to_give_); });
    waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (failure_) std::rethrow_exception(failure_);
    ++to_give_;
    freed_.notify_all();
    return slot.view;
}

double Loader::processor_seconds() const {
    std::lock_guard lock(mutex_);
    return worked_;
}

void Loader::seek(std::uint64_t batch) {
    std::unique_lock lock(mutex_);
    ++generation_;
    // No thread begins another batch for the old place while those at work finish theirs.
    to_fill_ = to_give_ + options_.ahead;
    filled_.wait(lock, [&] { return filling_ == 0; });
    for (Slot& slot : slots_) slot.ready = false;
    to_fill_ = to_give_ = batch;
    freed_.notify_all();
}

}  // namespace tn
