// Heat maps against differences.
#define BOOST_TEST_MODULE grad_cam
#include "runtime/train/grad_cam.hpp"

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/core/random.hpp"
#include "runtime/model/copy_weights.hpp"

using namespace tn;

namespace {

using Body = Seq<Conv<6, 3>, BN, Relu, Pool<2>, Seq<Conv<8, 3>, BN, Relu>>;
template <class... Tail> using Seen = Net<Image<2, 12, 10>, Batch<3>, Seq<Body, Tail...>, SoftmaxCrossEntropy>;

/// Random weights, running statistics that are not those of a new model, and inputs.
template <class N> struct Fixture {
    cpu::Device device;
    Model<N, Adam> model{device, 5};
    GradCam<N> cam{device};
    Fixture() {
        Random random(4, 0, 0);
        for (const auto& t : model.tensors())
            for (float& v : t.values) v = t.name.ends_with("running_var") ? 0.5f + random.uniform() : random.normal();
        cam.take_weights(model.tensors());
        for (float& v : cam.input()) v = random.normal();
    }
};

/// The maps of the last layer that gives some, and the network behind it: the weights of equation 1 are differences.
template <class N, class Back, int Place> void compare() {
    Fixture<N> f;
    constexpr Shape map = GradCam<N>::map;
    Model<Until<N, Place>> front(f.device);
    copy_weights(f.model, front);
    std::ranges::copy(f.cam.input(), front.input().begin());
    const auto predicted = front.predict(3);
    const std::vector<float> maps(predicted.begin(), predicted.end());
    Model<Back> back(f.device);
    const auto from = f.model.tensors();
    for (std::size_t i = 0; i < back.tensors().size(); ++i)
        std::ranges::copy(from[from.size() - back.tensors().size() + i].values, back.tensors()[i].values.begin());

    const std::vector<int> classes{2, 0, 1};
    const int size = map.height * map.width;
    std::vector<float> heat(3 * size);
    f.cam.maps(classes, heat);
    double largest = 0;
    std::vector<double> errors;
    for (int i = 0; i < 3; ++i) {
        const auto own = std::span(maps).subspan(i * map.size(), map.size());
        std::vector<double> expected(size);
        for (int k = 0; k < map.channels; ++k) {
            // Moving a whole map by h moves the output by h times the sum of its gradients.
            const auto output = [&](float h) {
                std::ranges::copy(own, back.input().begin());
                for (int j = 0; j < size; ++j) back.input()[k * size + j] += h;
                return static_cast<double>(back.outputs(1, false)[classes[i]]);
            };
            const float h = 1e-2f;
            const double slope = (output(h) - output(-h)) / (2 * static_cast<double>(h)) / size;
            for (int j = 0; j < size; ++j) expected[j] += slope * static_cast<double>(own[k * size + j]);
        }
        for (int j = 0; j < size; ++j) {
            errors.push_back(std::abs(static_cast<double>(heat[i * size + j]) - std::max(expected[j], 0.0)));
            largest = std::max(largest, expected[j]);
        }
    }
    BOOST_TEST(largest > 1e-3);
    BOOST_TEST(std::ranges::max(errors) < 0.02 * largest);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pooled_map_has_the_weights_of_the_last_layer) {
    compare<Seen<GlobalAvgPool, Dropout<20>, Dense<3>>,
            Net<Image<8, 6, 5>, Batch<1>, Seq<GlobalAvgPool, Dense<3>>, SoftmaxCrossEntropy>, 0>();
}

BOOST_AUTO_TEST_CASE(layers_behind_the_map_are_gone_back_through) {
    compare<Seen<Pool<2>, Dense<7>, BN, Sigmoid, Dropout<50>, Dense<3>>,
            Net<Image<8, 3, 2>, Batch<1>, Seq<Dense<7>, BN, Sigmoid, Dense<3>>, SoftmaxCrossEntropy>, 1>();
}

BOOST_AUTO_TEST_CASE(other_weights_and_classes_are_errors) {
    using N = Seen<GlobalAvgPool, Dense<3>>;
    Fixture<N> f;
    std::vector<float> heat(30);
    BOOST_CHECK_THROW(f.cam.maps(std::vector<int>{3}, heat), Error);
    BOOST_CHECK_THROW(f.cam.maps(std::vector<int>{1, 1}, heat), Error);
    Model<Seen<GlobalAvgPool, Dense<4>>> other(f.device);
    BOOST_CHECK_EXCEPTION(f.cam.take_weights(other.tensors()), Error, [](const Error& e) {
        return std::string(e.what()) == "the heat map's network needs a tensor 2.weight of 24 values";
    });
}
