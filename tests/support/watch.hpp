// Watches the memory of a model: what is written where no buffer in use lies, and what is read before it was written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "dsl/typenet.hpp"

namespace tn::test {

/// A device that says when a step of the plan begins.
template <class Device> struct Watched : Device {
    using Device::Device;
    std::function<void(int)> on_step;
    void begin(int step) {
        if (on_step) on_step(step);
    }
};

}  // namespace tn::test

template <class Device> struct tn::KernelDevice<tn::test::Watched<Device>> {
    using type = Device;
};

namespace tn::test {

/// Before each step all planned memory gets a mark, a NaN of its own, except for the buffers that hold something then.
/// What is read before it is written spoils the results; a mark that is gone where no buffer is in use (there is room
/// around each, see Purpose::watched, and tensors end in room up to the next multiple of 64 bytes) was overwritten.
template <class N, Fusion F, class M> class Watch {
    using Value = typename std::remove_reference_t<decltype(std::declval<M&>().memory().arena())>::value_type;
    using Bits = std::conditional_t<sizeof(Value) == 4, std::uint32_t, std::uint64_t>;
    using schedule = typename N::template schedule<F, Purpose::watched, typename M::device_type, M::optimizer::states>;
    static constexpr auto buffers = schedule::buffers();

public:
    explicit Watch(M& model) : region_(model.memory().planned_region()), owned_(region_.size()) {
        const auto behind = [](std::span<Value> s) {
            return std::span(s.data() + s.size(), aligned(s.size()) - s.size());
        };
        for (const auto& t : model.tensors()) {
            edges_.push_back(behind(model.memory().on_device(t)));
            if (t.trained) edges_.push_back(behind(model.memory().gradient_on_device(t)));
        }
        model.memory().upload();
        for (auto& edge : edges_)
            for (Value& v : edge) mark(v);
        model.device().on_step = [this](int step) { begin(step); };
    }

    /// After the last step: how many values were written outside the buffers, in steps() steps.
    std::size_t outside() {
        check();
        return outside_;
    }
    int steps() const { return steps_; }

private:
    void begin(int step) {
        check();
        std::fill(owned_.begin(), owned_.end(), false);
        for (int i = 0; i < buffers.count; ++i) {
            const Buffer& b = buffers.buffer[i];
            if (step < b.first || step > b.last) continue;
            std::fill_n(owned_.begin() + b.offset, b.size, true);
            if (b.first == step && i != 0)
                for (Value& v : region_.subspan(b.offset, b.size)) mark(v);
        }
        for (std::size_t i = 0; i < region_.size(); ++i)
            if (!owned_[i]) mark(region_[i]);
        ++steps_;
    }
    void check() {
        if (steps_ == 0) return;
        for (std::size_t i = 0; i < region_.size(); ++i) outside_ += !owned_[i] && !marked(region_[i]);
        for (const auto& edge : edges_)
            for (const Value& v : edge) outside_ += !marked(v);
    }
    static void mark(Value& v) { std::memcpy(&v, &nan_bits, sizeof v); }
    static bool marked(const Value& v) { return std::memcmp(&v, &nan_bits, sizeof v) == 0; }
    static constexpr Bits nan_bits = sizeof(Value) == 4 ? Bits{0x7fc0abcd} : static_cast<Bits>(0x7ff800000000abcd);

    std::span<Value> region_;
    std::vector<bool> owned_;
    std::vector<std::span<Value>> edges_;
    std::size_t outside_ = 0;
    int steps_ = 0;
};

}  // namespace tn::test
