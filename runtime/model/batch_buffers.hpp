// A batch on its way to the device, and what a pass gave on its way back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "dsl/loss/loss.hpp"
#include "runtime/core/error.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/model/staging_buffer.hpp"

namespace tn {

/// Copies samples of `size` values each to a batch from sample `first` on. Throws Error that names them as `what`
/// unless they are whole and fit.
template <class V>
void copy_samples(const char* what, std::span<const V> values, int first, std::span<V> batch, std::size_t size) {
    const std::size_t samples = values.size() / size, capacity = batch.size() / size;
    if (samples * size != values.size())
        throw Error(std::string(what) + " of " + std::to_string(size) + " values per sample cannot be set from " +
                    std::to_string(values.size()) + " values");
    if (first < 0 || samples > capacity || std::cmp_greater(first, capacity - samples))
        throw Error(std::string(what) + " of " + std::to_string(samples) + " samples from sample " +
                    std::to_string(first) + " on do not fit into a batch of " + std::to_string(capacity));
    std::copy(values.begin(), values.end(), batch.begin() + first * size);
}

/// Everything of a batch that the host and the passes hand each other, for at most `batch` samples: in the arena, and
/// where the host reads and writes it.
template <class Layout, class Device, class T> class BatchBuffers {
    using N = typename Layout::network;
    static constexpr auto& plan = Layout::schedule::plan;
    static constexpr std::size_t input_size(int n) { return N::input.size() * n; }
    static constexpr std::size_t output_size(int n) { return N::output.size() * n; }
    static constexpr std::size_t bytes = [] {
        using Of = StagingBuffer<Device>;
        return Of::template bytes_of<std::uint64_t>(1) + Of::template bytes_of<T>(input_size(N::batch)) +
               Of::template bytes_of<T>(output_size(N::batch)) + Of::template bytes_of<T>(Layout::target_count) +
               2 * Of::template bytes_of<T>(Layout::channels) + Of::template bytes_of<T>(Layout::batch) +
               Of::template bytes_of<int>(Layout::label_count) + Of::template bytes_of<int>(Layout::batch) +
               Of::template bytes_of<unsigned char>(Layout::batch);
    }();
    using Loss = LossTraits<typename N::loss>;
    static constexpr bool labelled = Loss::labelled;
    static constexpr std::size_t labels_per_sample = Loss::labels(N::output);

    StagingBuffer<Device> memory_;

public:
    Staged<std::uint64_t> step_number;
    Staged<T> input, outputs, targets, losses, class_weights, positive_weights;
    Staged<int> labels, counted;
    Staged<unsigned char> correct;

    BatchBuffers(Device& device, T* arena)
        : memory_(device, bytes),
          step_number(stage_as<std::uint64_t>(arena + Layout::step_number, 1)),
          input(stage(arena + Layout::planned + plan.value[0], input_size(N::batch))),
          outputs(stage(arena + Layout::planned + plan.value[Layout::schedule::program.output], output_size(N::batch))),
          targets(stage(arena + Layout::targets, Layout::target_count)),
          losses(stage(arena + Layout::losses, Layout::batch)),
          class_weights(stage(arena + Layout::class_weights, Layout::channels)),
          positive_weights(stage(arena + Layout::positive_weights, Layout::channels)),
          labels(stage_as<int>(arena + Layout::labels, Layout::label_count)),
          counted(stage_as<int>(arena + Layout::counted, Layout::batch)),
          correct(stage_as<unsigned char>(arena + Layout::correct, Layout::batch)) {}

    /// What the host writes and reads, for the largest batch.
    std::span<T> host_input() { return {input.host, input_size(N::batch)}; }
    std::span<const T> host_input() const { return {input.host, input_size(N::batch)}; }
    std::span<T> host_targets() { return {targets.host, Layout::target_count}; }
    std::span<int> host_labels() { return {labels.host, Layout::label_count}; }

    /// Before anything runs, so that a wrong label leaves the model as it was: throws Error unless the labels of the
    /// first n samples are of these classes or ignored. Counts those that are not ignored.
    void check_labels(int n, int classes) {
        if constexpr (labelled)
            for (int sample = 0; sample < n; ++sample) {
                const int* const first = labels.host + sample * labels_per_sample;
                std::size_t counts = 0;
                for (std::size_t i = 0; i < labels_per_sample; ++i) {
                    if (is_ignored(first[i])) continue;
                    if (first[i] < 0 || first[i] >= classes) throw no_class(first[i], classes);
                    ++counts;
                }
                counted.host[sample] = static_cast<int>(counts);
            }
    }

    /// Uploads the first n samples, with what they are compared with if wanted, and the step's number.
    void upload(Device& device, int n, std::uint64_t step, bool compared) {
        *step_number.host = step;
        device.upload(step_number.device, step_number.host, 1);
        device.upload(input.device, input.host, input_size(n));
        if (!compared) return;
        if constexpr (labelled) device.upload(labels.device, labels.host, labels_per_sample * n);
        if constexpr (Loss::has_ignored_label) device.upload(counted.device, counted.host, n);
        if constexpr (!labelled) device.upload(targets.device, targets.host, output_size(n));
    }

    /// A weight for every class that counts.
    void upload_weights(Device& device, const Staged<T>& to, std::span<const float> weights) {
        device.wait();
        std::copy(weights.begin(), weights.end(), to.host);
        device.upload(to.device, to.host, weights.size());
    }

    /// What the last pass gave of n samples: their outputs, or their losses and how many are right.
    std::span<T> download_outputs(Device& device, int n) {
        device.download(outputs.host, outputs.device, output_size(n));
        device.wait();
        return {outputs.host, output_size(n)};
    }
    BatchResult download_result(Device& device, int n) {
        device.download(losses.host, losses.device, n);
        device.download(correct.host, correct.device, n);
        device.wait();
        BatchResult r{.n = n};
        for (int i = 0; i < n; ++i) {
            r.loss += static_cast<double>(losses.host[i]);
            r.correct += correct.host[i];
        }
        return r;
    }

private:
    static bool is_ignored(int label) {
        if constexpr (Loss::has_ignored_label) return label == N::loss::ignored_label;
        return false;
    }
    static Error no_class(int label, int classes) {
        std::string text = "label " + std::to_string(label) + " is not one of " + std::to_string(classes) + " classes";
        if constexpr (Loss::has_ignored_label)
            text += ", nor " + std::to_string(N::loss::ignored_label) + ", which is ignored";
        return Error(text);
    }

    Staged<T> stage(T* values, std::size_t count) { return memory_.stage(values, count); }

    /// An arena of the host holds values of type T until objects of another type begin there.
    template <class V> Staged<V> stage_as(T* at, std::size_t count) {
        const Staged<V> staged = memory_.stage(reinterpret_cast<V*>(at), count);
        if (staged.host == staged.device) std::uninitialized_fill_n(staged.device, count, V(0));
        return staged;
    }
};

}  // namespace tn
