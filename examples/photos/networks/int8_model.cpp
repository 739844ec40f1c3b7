#include "examples/photos/networks/int8_model.hpp"

#include <string>
#include <vector>

namespace photos {

namespace {

[[noreturn]] void only_predicts() { throw Error("a model in int8 only predicts"); }

class Int8Model : public InferenceModel {
public:
    Int8Model(QuantisedGraph quantised, cpu::ByteProducts products, int batch, ThreadPool& threads)
        : description_(quantised.graph.description),
          batch_(batch),
          threads_(threads),
          predictor_(std::move(quantised), products),
          input_(predictor_.input().size() * batch),
          output_(predictor_.output().size() * batch) {
        predictor_.prepare(threads.threads());
    }

    std::string describe() const override {
        const int threads = threads_.threads();
        return "cpu, " + std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + predictor_.describe();
    }
    Shape input_shape() const override { return predictor_.input(); }
    int outputs() const override { return predictor_.output().channels; }
    std::string description() const override { return description_; }
    void join(ProcessGroup*) override { only_predicts(); }
    int batch() const override { return batch_; }
    const std::span<float> input() override { return input_; }
    const std::span<int> labels() override { only_predicts(); }
    /// The file has as many as count.
    void active_outputs(int count) override {
        if (count != outputs()) only_predicts();
    }
    int active_outputs() const override { return outputs(); }
    void label_smoothing(float) override { only_predicts(); }
    void class_weights(std::span<const float>) override { only_predicts(); }
    void tensor_factors(const ChooseFactors&) override { only_predicts(); }
    void clip_gradients(float) override { only_predicts(); }
    BatchResult train(int, const NoOptimizer&) override { only_predicts(); }
    bool upload_pictures(const Pictures&, const LoaderOptions&, float, const StepOptions&) override { only_predicts(); }
    TakenSteps train_on_device(std::uint64_t, std::span<const NoOptimizer>) override { only_predicts(); }
    std::span<const float> predict(int n) override {
        const std::size_t samples = n;
        const auto y = std::span(output_).first(samples * predictor_.output().size());
        predictor_.predict(std::span<const float>(input_).first(samples * predictor_.input().size()), y, threads_);
        return y;
    }
    void features(int, std::span<float>) override { only_predicts(); }
    int feature_count() const override { return 0; }
    std::span<const Tensor<float>> tensors() const override { return {}; }
    const std::span<float> optimizer_state(const Tensor<float>&, int) override { only_predicts(); }
    std::span<float> average(const Tensor<float>&) override { only_predicts(); }
    std::uint64_t step() const override { return 0; }
    void step(std::uint64_t) override { only_predicts(); }
    std::uint64_t seed() const override { return 0; }

private:
    std::string description_;
    int batch_;
    ThreadPool& threads_;
    Int8Predictor predictor_;
    std::vector<float> input_, output_;
};

}  // namespace

std::unique_ptr<InferenceModel> int8_model(QuantisedGraph quantised, cpu::ByteProducts products, int batch,
                                           ThreadPool& threads) {
    return std::make_unique<Int8Model>(std::move(quantised), products, batch, threads);
}

}  // namespace photos
