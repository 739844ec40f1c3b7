#include "runtime/int8/int8_predictor.hpp"

#include <mutex>

#include "runtime/core/error.hpp"
#include "runtime/cpu/host_memory.hpp"
#include "runtime/int8/int8_steps.hpp"

namespace tn {

namespace {

struct Release {
    void operator()(void* place) const { HostMemory().release(place); }
};
using Work = std::unique_ptr<float[], Release>;

}  // namespace

/// The steps, and the memory that no call has.
struct Int8Predictor::Shared {
    Shared(QuantisedGraph quantised, cpu::ByteProducts products)
        : in_fp32(tn::layers_in_fp32(quantised)), steps(std::move(quantised), products) {
        const InferenceGraph& graph = steps.quantised().graph;
        input = graph.values[0], output = graph.values[graph.output];
    }

    Work take() {
        {
            const std::lock_guard lock(mutex);
            if (!idle.empty()) {
                Work work = std::move(idle.back());
                idle.pop_back();
                return work;
            }
        }
        Work work(static_cast<float*>(HostMemory().allocate(steps.workspace() * sizeof(float))));
        const std::lock_guard lock(mutex);
        idle.reserve(++made);  // so that giving one back allocates nothing
        return work;
    }
    void give(Work work) noexcept {
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(work));
    }

    /// Returns how many samples there are.
    std::size_t count(std::span<const float> inputs, std::span<const float> outputs) const {
        const std::size_t n = inputs.size() / input.size();
        if (inputs.size() != n * input.size() || outputs.size() != n * output.size())
            throw Error("of each sample there must be " + std::to_string(input.size()) + " inputs and " +
                        std::to_string(output.size()) + " outputs, not " + std::to_string(inputs.size()) + " and " +
                        std::to_string(outputs.size()) + " in all");
        return n;
    }
    void run(std::size_t sample, std::span<const float> inputs, std::span<float> outputs, float* work) const {
        steps.run(inputs.data() + sample * input.size(), outputs.data() + sample * output.size(), work);
    }

    const std::vector<std::string> in_fp32;
    const Int8Steps steps;
    Shape input, output;
    std::mutex mutex;
    std::size_t made = 0;
    std::vector<Work> idle;
};

namespace {

/// Memory for the time of a call.
template <class Shared> class Taken {
public:
    explicit Taken(Shared& shared) : shared_(shared), work_(shared.take()) {}
    ~Taken() { shared_.give(std::move(work_)); }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    float* get() const { return work_.get(); }

private:
    Shared& shared_;
    Work work_;
};

}  // namespace

Int8Predictor::Int8Predictor(QuantisedGraph quantised, cpu::ByteProducts products)
    : shared_(std::make_shared<Shared>(std::move(quantised), products)) {}

Shape Int8Predictor::input() const { return shared_->input; }
Shape Int8Predictor::output() const { return shared_->output; }
std::string Int8Predictor::describe() const { return std::string("int8 by ") + cpu::name(shared_->steps.products()); }
const std::vector<std::string>& Int8Predictor::layers_in_fp32() const { return shared_->in_fp32; }
std::size_t Int8Predictor::weight_bytes() const { return shared_->steps.weight_bytes(); }
std::size_t Int8Predictor::arena_bytes() const { return shared_->steps.workspace() * sizeof(float); }

void Int8Predictor::prepare(int threads) const {
    std::vector<Work> all;
    for (int i = 0; i < threads; ++i) all.push_back(shared_->take());
    for (Work& work : all) shared_->give(std::move(work));
}

void Int8Predictor::predict(std::span<const float> inputs, std::span<float> outputs) const {
    const std::size_t n = shared_->count(inputs, outputs);
    const Taken work(*shared_);
    for (std::size_t i = 0; i < n; ++i) shared_->run(i, inputs, outputs, work.get());
}

std::vector<float> Int8Predictor::predict(std::span<const float> inputs) const {
    std::vector<float> outputs(inputs.size() / shared_->input.size() * shared_->output.size());
    predict(inputs, outputs);
    return outputs;
}

void Int8Predictor::predict(std::span<const float> inputs, std::span<float> outputs, ThreadPool& threads) const {
    const std::size_t n = shared_->count(inputs, outputs);
    threads.run(static_cast<int>(n), [&](int i) {
        const Taken work(*shared_);
        shared_->run(i, inputs, outputs, work.get());
    });
}

}  // namespace tn
