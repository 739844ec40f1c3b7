// The processes that train one model together, as the model and the trainer see them.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace tn {

/// Processes that each compute a part of every batch and then take the same step. They call the functions below all
/// together and in the same order; each returns when the others' values are there. Within a batch the processes have
/// its samples one behind another by rank, so that what is computed from all of them does not depend on how many
/// processes there are, but for the order in which the parts of a sum are added.
/// A process that is lost ends all of them.
class ProcessGroup {
public:
    virtual ~ProcessGroup() = default;
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    int rank() const { return rank_; }
    int size() const { return size_; }

    /// Processes of the group on this machine, and this one's number among them, from 0.
    virtual int here() const = 0;
    virtual int rank_here() const = 0;

    /// Every process's number, by rank.
    virtual void gather(int mine, std::span<int> all) = 0;

    /// Every process's values, by rank; process r has each * counts[r].
    virtual void gather(std::span<const float> mine, std::size_t each, std::span<const int> counts, float* all) = 0;

    /// The sum over all processes, in place.
    virtual void sum(std::span<double> values) = 0;

    /// The same of values in the memory of the device's device, in the order of what the device launches: behind what
    /// it has launched and before what it launches next. The host does not wait where the device has a stream.
    virtual void sum_in_stream(std::span<double> values) { sum(values); }

    /// Begins to replace the values by their sum over all processes, while others are computed; they must not be
    /// touched before finish_sums() returns.
    virtual void begin_sum(std::span<float> values) = 0;
    virtual void finish_sums() = 0;

    /// Ends all processes, this one with the status.
    virtual void abort(int status) = 0;

    /// Says that this process has n samples of the next batch.
    void begin_batch(int n) {
        gather(n, counts_);
        first_ = whole_ = 0;
        for (int r = 0; r < size_; ++r) {
            if (r == rank_) first_ = whole_;
            whole_ += counts_[r];
        }
    }
    /// The samples of the whole batch, and before this process's.
    int whole() const { return whole_; }
    int first() const { return first_; }
    /// The most and the fewest that a process has of them.
    int most() const { return *std::ranges::max_element(counts_); }
    int fewest() const { return *std::ranges::min_element(counts_); }

    /// The values of all samples of the batch, `each` a sample, from those of this process; valid until the next call.
    /// Allocates only where there is more than ever before.
    std::span<const float> gather_samples(std::span<const float> mine, std::size_t each) {
        gathered_.resize(std::max(gathered_.size(), each * whole_));
        gather(mine, each, counts_, gathered_.data());
        return std::span(gathered_.data(), each * whole_);
    }

    /// Scratch for so many numbers; valid until the next call. Allocates only where there are more than ever before.
    std::span<double> room(std::size_t count) {
        room_.resize(std::max(room_.size(), count));
        return {room_.data(), count};
    }

    /// Whether it is so in any process.
    bool any(bool here) {
        double count[1] = {here ? 1.0 : 0.0};
        sum(count);
        return count[0] > 0;
    }

    /// Whether all processes have the same number.
    bool same(int number) {
        gather(number, numbers_);
        for (const int other : numbers_)
            if (other != numbers_[0]) return false;
        return true;
    }

    /// Makes everyone's numbers those of process `from`, one by one: for what is told once.
    void broadcast(std::span<int> numbers, int from) {
        for (int& number : numbers) {
            gather(number, numbers_);
            number = numbers_[from];
        }
    }

    /// What the first process says that says something, "process 2: WORDS"; empty where none does.
    std::string first_words(const std::string& mine) {
        gather(static_cast<int>(mine.size()), numbers_);
        const auto speaker = std::find_if(numbers_.begin(), numbers_.end(), [](int size) { return size > 0; });
        if (speaker == numbers_.end()) return {};
        const auto from = static_cast<int>(speaker - numbers_.begin());
        std::vector<int> letters(mine.begin(), mine.end());
        letters.resize(*speaker);
        broadcast(letters, from);
        return "process " + std::to_string(from + 1) + ": " + std::string(letters.begin(), letters.end());
    }

protected:
    ProcessGroup(int rank, int size) : rank_(rank), size_(size), counts_(size), numbers_(size) {}

private:
    int rank_, size_, first_ = 0, whole_ = 0;
    std::vector<int> counts_, numbers_;
    std::vector<float> gathered_;
    std::vector<double> room_;
};
}  // namespace tn
