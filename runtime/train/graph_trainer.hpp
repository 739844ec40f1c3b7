// Training from a data set that lies on the device: a step, from choosing its pictures to the update, is one graph.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/cuda/kernels/update.hpp"
#include "runtime/cuda/launches.hpp"
#include "runtime/data/loader.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/model/hyperparameters.hpp"
#include "runtime/model/mirrored_buffer.hpp"
#include "runtime/model/staging_buffer.hpp"
#include "runtime/model/tensors.hpp"
#include "runtime/train/graph/augment.hpp"
#include "runtime/train/graph/batch.hpp"
#include "runtime/train/graph/ema.hpp"
#include "runtime/train/graph/trivial_augment.hpp"
#include "runtime/train/mixup.hpp"
#include "runtime/train/step_options.hpp"

namespace tn::cuda {

/// Gives `M`, a Model on a BasicDevice, the batches that tn::Loader would give it, blended or not, but made on the
/// device, where an average of the weights may follow them. Pictures go there once as bytes and are shuffled there; a
/// call of run() uploads the rules and blends of its steps. What a step is told (which step it is, its rule, its
/// pictures, their blends) lies on the device, so each batch size is recorded once and then replayed. Everything is
/// allocated and recorded at construction.
template <class Device, class M> class GraphTrainer {
    using Optimizer = typename M::optimizer;
    using Rule = decltype(std::declval<const Optimizer&>().rule(1LL));
    using Gpu = std::remove_reference_t<decltype(std::declval<Device&>().gpu())>;
    using Graph = typename Gpu::Graph;

public:
    /// Steps between two looks of the host at the loss: so many rules lie on the device.
    static constexpr int steps_ahead = 64;

    /// The model's classes and smoothing, its tensors' factors, the largest norm of its gradients and the weight decay
    /// are those of all steps. Throws Error when the device has no room, when the batch is out of range, unless the
    /// pictures are those of the network's input, and as check_augmentation().
    GraphTrainer(Device& device, M& model, const Pictures& pictures, const LoaderOptions& options, float weight_decay,
                 const StepOptions& step_options = {})
        : device_(device),
          model_(model),
          pictures_(pictures.size()),
          batch_(std::min(options.batch, pictures.size())),
          decay_(weight_decay),
          step_options_(step_options),
          epoch_order_(device.gpu(), pictures.size()) {
        using N = typename M::network;
        if (pictures.size() < 1 || pictures.shape != PictureShape{N::input.channels, N::input.height, N::input.width})
            throw Error("the device keeps at least 1 picture, and of the network's input");
        if (options.batch < 1 || options.batch > N::batch)
            throw Error("a batch has 1 to " + std::to_string(N::batch) + " pictures here, not " +
                        std::to_string(options.batch));
        check_augmentation(options.augmentation, pictures.shape);
        share(pictures, options);
        prepare();
    }

    /// Takes steps, the first of which has number `first` counted from 0, with these optimizers: as many as there are,
    /// but at most steps_ahead and only up to where the batch size or the order changes. Throws Error when a field of
    /// an optimizer is out of range. The steps do not look at the loss, which the caller does; one whose gradients are
    /// not all finite changes no weight.
    TakenSteps run(std::uint64_t first, std::span<const Optimizer> optimizers) {
        const std::uint64_t batches = (pictures_ + batch_ - 1) / batch_, index = first % batches;
        const bool is_rest = rest() > 0 && index + 1 == batches;
        const std::uint64_t alike = is_rest ? 1 : batches - index - (rest() > 0 ? 1 : 0);
        const int count = static_cast<int>(std::min<std::uint64_t>({optimizers.size(), steps_ahead, alike}));
        if (count < 1) throw Error("at least one step is taken");
        order_for(first / batches);
        for (int k = 0; k < count; ++k) {
            const std::uint64_t step = first + k;
            const Optimizer& optimizer = optimizers[k];
            check_hyperparameters(optimizer);
            rules_.host[step % steps_ahead] = optimizer.rule(step + 1);
        }
        device_.upload(rules_.device, rules_.host, steps_ahead);
        begin_at(first);
        for (int k = 0; k < count; ++k) {
            upload_blends(first + k, is_rest ? rest() : batch_);
            device_.gpu().replay(is_rest ? rest_graph_ : graph_);
        }
        device_.download(sums_.host, sums_.device, 1);
        device_.wait();
        model_.step(first + count);
        return {{sums_.host->loss, static_cast<int>(sums_.host->right), static_cast<int>(sums_.host->seen),
                 sums_.host->norm},
                count};
    }

    /// The average beside the tensor, which begins with the model's values. The host may read and write it until the
    /// next run(). Throws Error where there is none.
    std::span<float> average(const Tensor<float>& t) {
        if (!average_) throw Error("the device keeps no average");
        average_->download();
        const auto pointers = model_.memory().device_pointers();
        const auto& whole = t.trained ? pointers.parameters : pointers.states;
        float* const first = average_->host() + (t.trained ? 0 : pointers.parameters.size());
        return {first + (model_.memory().on_device(t).data() - whole.data()), t.values.size()};
    }

private:
    /// Memory of the device, and of the host where something is uploaded or downloaded more than once.
    class Memory {
    public:
        Memory(Device& device, std::size_t device_bytes, std::size_t host_bytes)
            : device_(device), memory_(static_cast<std::byte*>(device.allocate(device_bytes))) {
            try {
                host_ = static_cast<std::byte*>(device.allocate_staging(host_bytes));
            } catch (...) {
                device.release(memory_);
                throw;
            }
            next_device_ = memory_;
            next_host_ = host_;
        }
        ~Memory() {
            device_.release_staging(host_);
            device_.release(memory_);
        }
        Memory(const Memory&) = delete;
        Memory& operator=(const Memory&) = delete;

        template <class V> V* on_device(std::size_t count) { return take<V>(next_device_, count); }
        template <class V> V* on_host(std::size_t count) { return take<V>(next_host_, count); }
        template <class V> Staged<V> on_both(std::size_t count) { return {on_device<V>(count), on_host<V>(count)}; }
        template <class V> static constexpr std::size_t bytes(std::size_t count) {
            return StagingBuffer<Device>::template bytes_of<V>(count);
        }

    private:
        template <class V> static V* take(std::byte*& next, std::size_t count) {
            V* place = reinterpret_cast<V*>(next);
            next += bytes<V>(count);
            return place;
        }
        Device& device_;
        std::byte *memory_, *host_ = nullptr, *next_device_ = nullptr, *next_host_ = nullptr;
    };

    int rest() const { return pictures_ % batch_; }
    bool blends() const { return step_options_.mixing().any(); }

    void share(const Pictures& pictures, const LoaderOptions& options) {
        const std::size_t count = pictures_, batch = batch_;
        const std::size_t bytes = count * pictures.shape.size(), parts = PictureParts<M::network::input>::count;
        const std::size_t changed = options.augmentation.trivial.probability > 0 ? batch * pictures.shape.size() : 0;
        const std::size_t blended = blends() ? batch : 0, values = blended * pictures.shape.size();
        const std::size_t averaged = step_options_.average > 0
                                         ? M::network::parameter_span + M::network::state_span + M::network::frozen_span
                                         : 0;
        const std::size_t both = Memory::template bytes<Rule>(steps_ahead) + Memory::template bytes<StepSums>(1) +
                                 Memory::template bytes<std::uint64_t>(1);
        memory_ = std::make_unique<Memory>(
            device_,
            both + Memory::template bytes<std::uint8_t>(bytes) + Memory::template bytes<std::uint8_t>(changed) +
                2 * Memory::template bytes<int>(count) + Memory::template bytes<int>(batch) +
                Memory::template bytes<AugmentDraw>(batch) + Memory::template bytes<float>(batch * parts) +
                Memory::template bytes<Blend>(blended) + Memory::template bytes<float>(values) +
                Memory::template bytes<float>(averaged),
            both + Memory::template bytes<Blend>(blended * steps_ahead));
        rules_ = memory_->template on_both<Rule>(steps_ahead);
        sums_ = memory_->template on_both<StepSums>(1);
        step_ = memory_->template on_both<std::uint64_t>(1);
        auto* pixels = memory_->template on_device<std::uint8_t>(bytes);
        auto* labels = memory_->template on_device<int>(count);
        order_ = memory_->template on_device<int>(count);
        picked_ = {memory_->template on_device<int>(batch), batch};
        drawn_ = {memory_->template on_device<AugmentDraw>(batch), batch};
        part_sums_ = {memory_->template on_device<float>(batch * parts), batch * parts};
        blends_ = {memory_->template on_device<Blend>(blended),
                   memory_->template on_host<Blend>(blended * steps_ahead)};
        changed_ = {memory_->template on_device<std::uint8_t>(changed), changed};
        augmented_ = memory_->template on_device<float>(values);
        if (averaged > 0) average_.emplace(device_, memory_->template on_device<float>(averaged), averaged);
        device_.upload(pixels, pictures.pixels.data(), bytes);
        device_.upload(labels, pictures.labels.data(), count);
        device_.wait();
        data_ = {pictures.shape,       pictures_,       batch_,          options.seed,
                 options.augmentation, {pixels, bytes}, {labels, count}, {order_, count}};
        normalise_ = options.normalise;
    }

    /// Runs every kind of step once, so that whatever is made on first use is there, takes back what it did to the
    /// model, and records the graphs.
    void prepare() {
        const std::uint64_t at = model_.step();
        std::vector<std::vector<float>> kept;
        const auto visit = [&](auto f) {
            for (const auto& t : model_.tensors()) {
                f(t.values);
                for (int k = 0; t.trained && k < Optimizer::states; ++k) f(model_.optimizer_state(t, k));
            }
        };
        visit([&](std::span<float> v) { kept.emplace_back(v.begin(), v.end()); });
        order_for(0);
        for (int k = 0; k < steps_ahead; ++k) rules_.host[k] = Optimizer{}.rule(1);
        device_.upload(rules_.device, rules_.host, steps_ahead);
        begin_at(0);
        upload_blends(0, batch_);
        enqueue(batch_);
        if (rest() > 0) {
            upload_blends(1, rest());
            enqueue(rest());
        }
        device_.wait();
        std::size_t next = 0;
        visit([&](std::span<float> v) {
            std::copy(kept[next].begin(), kept[next].end(), v.begin());
            ++next;
        });
        model_.step(at);
        if (average_)
            for (const auto& t : model_.tensors()) std::ranges::copy(t.values, average(t).begin());
        upload();
        graph_ = device_.gpu().record([&] { enqueue(batch_); });
        if (rest() > 0) rest_graph_ = device_.gpu().record([&] { enqueue(rest()); });
    }

    /// One step on n pictures.
    void enqueue(int n) {
        auto& gpu = device_.gpu();
        const auto pointers = model_.memory().device_pointers();
        const std::size_t samples = n;
        const Span<std::uint64_t> step{pointers.step, 1};
        gpu.launch(PickBatch{n, data_, step, {pointers.labels, samples}, picked_, drawn_}, (n + warp - 1) / warp, warp);
        const std::size_t values = samples * data_.shape.size();
        const Span<float> input{pointers.input, values}, augmented = blends() ? Span<float>{augmented_, values} : input;
        constexpr Shape in = M::network::input;
        using Parts = PictureParts<in>;
        const int blocks = n * Parts::count;
        if (data_.augmentation.trivial.probability > 0)
            gpu.launch(ChangeTrivially<in>{data_, picked_, drawn_, changed_}, n, ChangeTrivially<in>::threads);
        gpu.launch(SamplePictures<in>{data_, picked_, drawn_, changed_, augmented, part_sums_}, blocks, Parts::threads);
        ChangeValues<in> change{{}, drawn_, part_sums_, augmented};
        for (int c = 0; c < in.channels; ++c) change.scaling[c] = normalise_.scaling(c);
        gpu.launch(change, blocks, Parts::threads);
        if (blends())
            launch_each(gpu, values, BlendBatch{values, data_.shape, {blends_.device, samples}, augmented, input});
        model_.engine().enqueue_step(n, PlannedRule<Rule>{{rules_.device, steps_ahead}, steps_ahead, step}, decay_);
        if (average_) {
            const std::size_t parameters = pointers.parameters.size(), states = pointers.states.size(),
                              count = parameters + states;
            launch_each(gpu, count,
                        MoveAverage{step_options_.average,
                                    parameters,
                                    count,
                                    step,
                                    {pointers.parameters.data(), parameters},
                                    {pointers.states.data(), states},
                                    {average_->device(), count}});
        }
        gpu.launch(EndStep{n,
                           {pointers.losses, samples},
                           {pointers.correct, samples},
                           {model_.engine().norm().on_device(), 1},
                           {sums_.device, 1},
                           step},
                   1, end_threads);
    }

    void upload() {
        model_.memory().upload();
        if (average_) average_->upload();
    }

    void begin_at(std::uint64_t step) {
        upload();
        *step_.host = step;
        *sums_.host = {};
        device_.upload(model_.memory().device_pointers().step, step_.host, 1);
        device_.upload(sums_.device, sums_.host, 1);
    }

    /// What a step blends its n pictures of: drawn while the device computes the steps before. Each of the steps that
    /// are under way has a place of its own on the host, since what it sends may not have left yet.
    void upload_blends(std::uint64_t step, int n) {
        if (!blends()) return;
        Blend* const host = blends_.host + step % steps_ahead * batch_;
        const std::size_t samples = n;
        draw_mixing(step_options_.mixing(), data_.shape.height, data_.shape.width,
                    Random(data_.seed, stream::mixup, step), {host, samples});
        device_.upload(blends_.device, host, samples);
    }

    void order_for(std::uint64_t epoch) {
        if (epoch == ordered_) return;
        epoch_order_(order_, data_.seed, epoch);
        ordered_ = epoch;
    }

    Device& device_;
    M& model_;
    int pictures_, batch_;
    std::uint64_t ordered_ = ~std::uint64_t{0};
    float decay_;
    StepOptions step_options_;
    std::unique_ptr<Memory> memory_;
    typename Gpu::EpochOrder epoch_order_;
    int* order_ = nullptr;
    Staged<Rule> rules_;
    Staged<StepSums> sums_;
    Staged<std::uint64_t> step_;
    Span<int> picked_;
    Span<AugmentDraw> drawn_;
    Span<float> part_sums_;
    Span<std::uint8_t> changed_;  ///< the batch's bytes after TrivialAugment; empty without it
    Staged<Blend> blends_;        ///< on the device of the step under way, on the host of steps_ahead
    float* augmented_ = nullptr;  ///< what is blended: [batch][input]
    std::optional<MirroredBuffer<Device, float>> average_;  ///< of the model's parameters, then its states
    DataSet data_;
    Normalise normalise_;
    Graph graph_, rest_graph_;
};

}  // namespace tn::cuda
