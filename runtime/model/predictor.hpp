// Predictor: one set of weights that any number of threads predict with at the same time.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/cpu/device.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/copy_weights.hpp"
#include "runtime/model/executor.hpp"
#include "runtime/model/input_check.hpp"
#include "runtime/model/predictions.hpp"
#include "runtime/model/staging_buffer.hpp"

namespace tn {

namespace detail {

/// Device memory that a device gave.
template <class Device, class T> struct ReleaseTo {
    Device* device;
    void operator()(T* p) const { device->release(p); }
};
template <class Device, class T> using DeviceMemory = std::unique_ptr<T, ReleaseTo<Device, T>>;
template <class T, class Device> DeviceMemory<Device, T> device_memory(Device& device, std::size_t count) {
    return {static_cast<T*>(device.allocate(count * sizeof(T))), {&device}};
}

}  // namespace detail

/// Predicts with the weights that a model had when this was made. All calls are const and may come from several threads
/// at once: the weights are there once, and every call takes an arena of its own, with a device of its own, that no
/// other call has meanwhile. A copy is of the same weights and arenas, so that a Predictor is a value which is handed
/// around. On the CPU a call runs on the thread that it comes from.
///
///     const Predictor<Network> predictor(model);
///     predictor.predict(inputs, outputs);             // from any thread
template <class N, class Device = cpu::Device, class T = float> class Predictor {
    using Layout = ArenaLayout<N, Fusion::on, Purpose::infer, 0, Device>;
    static constexpr auto& plan = Layout::schedule::plan;
    static constexpr std::size_t step_values = aligned(2);

public:
    /// Makes the device of the weights, and that of each arena.
    using MakeDevice = std::function<std::unique_ptr<Device>()>;

    /// Bytes of the weights, which are there once, and of each arena besides.
    static constexpr std::size_t weight_bytes = Layout::planned * sizeof(T);
    static constexpr std::size_t arena_bytes = (step_values + plan.size) * sizeof(T);

    /// With the weights of a model of this network, or of one that has all of its tensors; throws Error where one is
    /// missing. On the CPU with the widest vectors.
    template <class M>
        requires(std::is_same_v<Device, cpu::Device>)
    explicit Predictor(const M& model) : Predictor(model, [] { return std::make_unique<cpu::Device>(1); }) {}
    template <class M>
    Predictor(const M& model, MakeDevice make_device)
        : shared_(std::make_shared<Shared>(model, std::move(make_device))) {}

    /// Makes arenas so that so many threads at a time are served without an allocation; otherwise the first calls make
    /// them.
    void prepare(int threads) const {
        std::vector<std::unique_ptr<Lane>> lanes;
        for (int i = 0; i < threads; ++i) lanes.push_back(shared_->take());
        for (auto& lane : lanes) shared_->give(std::move(lane));
    }

    /// Probabilities (or values) of any number of samples: inputs [n][input], outputs [n][outputs]. Throws Error when
    /// they are not of whole samples or not of as many, or when an input is none of the network's.
    void predict(std::span<const T> inputs, std::span<T> outputs) const {
        const std::size_t n = inputs.size() / N::input.size();
        if (inputs.size() != n * N::input.size() || outputs.size() != n * N::output.size())
            throw Error("of each sample there must be " + std::to_string(N::input.size()) + " inputs and " +
                        std::to_string(N::output.size()) + " outputs, not " + std::to_string(inputs.size()) + " and " +
                        std::to_string(outputs.size()) + " in all");
        const Taken lane(*shared_);
        for (std::size_t first = 0; first < n; first += N::batch) {
            const std::size_t count = std::min<std::size_t>(N::batch, n - first);
            lane->predict(inputs.subspan(first * N::input.size(), count * N::input.size()),
                          outputs.subspan(first * N::output.size(), count * N::output.size()), static_cast<int>(count),
                          shared_->active);
        }
    }
    std::vector<T> predict(std::span<const T> inputs) const {
        std::vector<T> outputs(inputs.size() / N::input.size() * N::output.size());
        predict(inputs, outputs);
        return outputs;
    }

    /// As Model::active_outputs().
    int active_outputs() const { return shared_->active; }

private:
    /// An arena without the weights, on a device of its own.
    class Lane {
    public:
        Lane(std::unique_ptr<Device> device, T* weights)
            : device_(std::move(device)),
              arena_(detail::device_memory<T>(*device_, step_values + plan.size)),
              staging_(*device_, StagingBuffer<Device>::template bytes_of<T>(N::input.size() * N::batch) +
                                     StagingBuffer<Device>::template bytes_of<T>(N::output.size() * N::batch)),
              input_(staging_.stage(planned() + plan.value[0], N::input.size() * N::batch)),
              output_(staging_.stage(planned() + plan.value[Layout::schedule::program.output],
                                     N::output.size() * N::batch)),
              executor_(*device_, weights, planned(), {0, reinterpret_cast<const std::uint64_t*>(arena_.get()), 0}) {
            device_->wait();
        }

        void predict(std::span<const T> inputs, std::span<T> outputs, int n, int active) {
            check_input<N>(inputs, n);
            std::ranges::copy(inputs, input_.host);
            device_->upload(input_.device, input_.host, inputs.size());
            executor_.forward(n, false);
            enqueue_predictions<N>(*device_, output_.device, n, active);
            device_->download(output_.host, output_.device, outputs.size());
            device_->wait();
            std::copy_n(output_.host, outputs.size(), outputs.begin());
        }

    private:
        T* planned() const { return arena_.get() + step_values; }

        std::unique_ptr<Device> device_;
        detail::DeviceMemory<Device, T> arena_;
        StagingBuffer<Device> staging_;
        Staged<T> input_, output_;
        Executor<Layout, Device, T> executor_;
    };

    /// The weights, and the arenas that no call has.
    struct Shared {
        template <class M>
        Shared(const M& model, MakeDevice make)
            : active(model.active_outputs()),
              make_device(std::move(make)),
              device(make_device()),
              weights(detail::device_memory<T>(*device, Layout::planned)) {
            std::vector<T> values(Layout::planned);
            detail::copy_by_name(model.tensors(), list_tensors<Layout>(values.data()));
            StagingBuffer<Device> staging(*device, StagingBuffer<Device>::template bytes_of<T>(Layout::planned));
            const Staged<T> staged = staging.stage(weights.get(), Layout::planned);
            std::ranges::copy(values, staged.host);
            device->upload(staged.device, staged.host, Layout::planned);
            Executor<Layout, Device, T>(*device, weights.get(), nullptr, {}).keep();
            device->wait();
        }

        std::unique_ptr<Lane> take() {
            {
                const std::lock_guard lock(mutex);
                if (!idle.empty()) {
                    auto lane = std::move(idle.back());
                    idle.pop_back();
                    return lane;
                }
            }
            auto lane = std::make_unique<Lane>(make_device(), weights.get());
            const std::lock_guard lock(mutex);
            idle.reserve(++lanes);  // so that giving one back allocates nothing
            return lane;
        }
        void give(std::unique_ptr<Lane> lane) noexcept {
            const std::lock_guard lock(mutex);
            idle.push_back(std::move(lane));
        }

        const int active;
        const MakeDevice make_device;
        const std::unique_ptr<Device> device;
        const detail::DeviceMemory<Device, T> weights;
        std::mutex mutex;
        std::size_t lanes = 0;
        std::vector<std::unique_ptr<Lane>> idle;
    };

    /// An arena for the time of a call.
    class Taken {
    public:
        explicit Taken(Shared& shared) : shared_(shared), lane_(shared.take()) {}
        ~Taken() { shared_.give(std::move(lane_)); }
        Taken(const Taken&) = delete;
        Taken& operator=(const Taken&) = delete;
        Lane* operator->() const { return lane_.get(); }

    private:
        Shared& shared_;
        std::unique_ptr<Lane> lane_;
    };

    std::shared_ptr<Shared> shared_;
};

}  // namespace tn
