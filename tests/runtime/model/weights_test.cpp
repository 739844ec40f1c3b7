// Weights to and from PyTorch, with what of it Python has here.
#define BOOST_TEST_MODULE weights
#include "runtime/model/weights.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "dsl/typenet.hpp"
#include "tests/support/python.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// exchange.py has the same network in PyTorch.
using Travels =
    Net<Image<2, 14, 16>, Batch<4>,
        Seq<Conv<6, 3>, BN, Relu, Pool<2>, Residual<Conv<6, 3>, BN>, Conv<4, Kernel<3, 5>, Stride<2>, Pad<0>>, Sigmoid,
            Flatten, Dense<7>, BN, Relu, Dropout<50>, Dense<5>>,
        SoftmaxCrossEntropy>;

/// Weights and running statistics that no layer has by itself.
template <class M> void shuffle(M& model) {
    std::uint64_t i = 0;
    for (const auto& t : model.tensors()) {
        Random random(5, 1, i++);
        for (float& v : t.values)
            v = t.name.find("running_var") != t.name.npos ? 0.5f + random.uniform() : 0.4f * random.normal();
    }
}

template <class M> std::vector<float> all(M& model) {
    std::vector<float> values;
    for (const auto& t : model.tensors()) values.insert(values.end(), t.values.begin(), t.values.end());
    return values;
}

struct Travelling {
    TemporaryFolder folder;
    cpu::Device device{1};
    Model<Travels> model{device, 1};
    Travelling() {
        shuffle(model);
        save_weights(folder / "weights.safetensors", model);
    }
};

double largest_difference(std::span<const float> a, std::span<const float> b) {
    BOOST_REQUIRE_EQUAL(a.size(), b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::isnan(a[i] - b[i]) ? INFINITY : std::max(most, std::abs(double{a[i]} - b[i]));
    return most;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(weights_come_back_and_are_all_that_is_there, Travelling) {
    Model<Travels> other(device, 2);
    BOOST_TEST((all(other) != all(model)));
    load_weights(folder / "weights.safetensors", other);
    BOOST_TEST((all(other) == all(model)));
    const Safetensors file(folder / "weights.safetensors");
    std::vector<std::string> names,
        expected{"0.weight",   "1.bias",   "1.running_mean",   "1.running_var",   "1.weight",   "12.bias", "12.weight",
                 "4.0.weight", "4.1.bias", "4.1.running_mean", "4.1.running_var", "4.1.weight", "5.bias",  "5.weight",
                 "8.weight",   "9.bias",   "9.running_mean",   "9.running_var",   "9.weight"};
    for (const auto& t : file.tensors()) names.push_back(t.name);
    std::sort(names.begin(), names.end());
    BOOST_TEST(names == expected, boost::test_tools::per_element());
    BOOST_TEST((file.find("5.weight")->shape == std::vector<std::int64_t>{4, 6, 3, 5}));
    BOOST_TEST((file.find("8.weight")->shape == std::vector<std::int64_t>{7, 24}));
}

BOOST_FIXTURE_TEST_CASE(the_last_layer_may_have_only_the_active_outputs, Travelling) {
    Model<Travels> other(device, 2);
    other.active_outputs(3);
    const Safetensors file(folder / "weights.safetensors");
    std::vector<TensorView> views;
    for (const auto& t : file.tensors()) {
        TensorView view{t.name, t.shape, t.data};
        if (t.name.rfind("12.", 0) == 0) {
            view.data = t.data.first(t.data.size() / 5 * 3);
            view.shape[0] = 3;
        }
        views.push_back(view);
    }
    write_safetensors(folder / "three.safetensors", views, {});
    load_weights(folder / "three.safetensors", other);
    const auto bias = other.tensors().back().values;
    const auto saved = file.find("12.bias")->data;
    BOOST_TEST(std::equal(bias.begin(), bias.begin() + 3, saved.begin()));
    BOOST_TEST(bias[3] == 0);
    BOOST_TEST(bias[4] == 0);
    other.active_outputs(4);
    BOOST_TEST(contains(error_of([&] { load_weights(folder / "three.safetensors", other); }),
                        "the tensor '12.weight' must have the shape [5, 7], not [3, 7]"));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_named_and_the_model_stays, Travelling) {
    Model<Travels> other(device, 2);
    const auto before = all(other);
    const Safetensors file(folder / "weights.safetensors");
    const auto said = [&](auto change) {
        std::vector<TensorView> views;
        for (const auto& t : file.tensors()) views.push_back({t.name, t.shape, t.data});
        change(views);
        write_safetensors(folder / "changed.safetensors", views, {});
        const std::string text = error_of([&] { load_weights(folder / "changed.safetensors", other); });
        BOOST_TEST((all(other) == before));
        return text;
    };
    const auto at = [](std::vector<TensorView>& views, const char* name) -> TensorView& {
        return *std::find_if(views.begin(), views.end(), [&](const TensorView& v) { return v.name == name; });
    };
    BOOST_TEST(contains(said([&](auto& v) { at(v, "4.0.weight").name = "x"; }),
                        "changed.safetensors: must have the tensor '4.0.weight' of shape [6, 6, 3, 3]"));
    BOOST_TEST(contains(said([&](auto& v) {
                            at(v, "5.weight").shape = {4, 6, 5, 3};
                        }),
                        "the tensor '5.weight' must have the shape [4, 6, 3, 5], not [4, 6, 5, 3]"));
    BOOST_TEST(contains(said([&](auto& v) {
                            v.push_back({"0.bias", {6}, at(v, "1.bias").data});
                        }),
                        "has the tensor '0.bias', which the network does not have"));
    // A number of another type, as PyTorch writes them: 8 bytes for an empty shape.
    const std::string header = R"({"0.weight":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})";
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    folder.write("whole.safetensors", bytes + header + std::string(8, '\0'));
    BOOST_TEST(contains(error_of([&] { load_weights(folder / "whole.safetensors", other); }),
                        "the tensor '0.weight' must be F32, F16, BF16 or F64, not I64"));
    folder.write("strange.safetensors",
                 bytes + R"({"0.weight":{"dtype":"F99","shape":[1],"data_offsets":[0,8]}})" + std::string(8, '\0'));
    BOOST_TEST(contains(error_of([&] { load_weights(folder / "strange.safetensors", other); }),
                        "tensor '0.weight' has a dtype that is not known"));
}

BOOST_FIXTURE_TEST_CASE(the_package_safetensors_reads_names_shapes_and_values, Travelling) {
    if (!python_has("safetensors.numpy")) return;
    const Run r = run_python("runtime/model/torch_weights.py", {"names", folder.path().string()});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(r.lines().size() == model.tensors().size());
    for (const auto& t : model.tensors()) {
        std::string shape;
        double sum = 0;
        for (auto extent : detail::shape_of(t)) shape += (shape.empty() ? "" : "x") + std::to_string(extent);
        for (float v : t.values) sum += v;
        BOOST_TEST(contains(r.out, fmt::format("{} {} {:.4f}\n", t.name, shape, sum)), t.name << "\n" << r.out);
    }
}

BOOST_FIXTURE_TEST_CASE(pytorch_gives_the_same_outputs_with_our_weights_and_we_with_its, Travelling) {
    if (!python_has("torch")) return;
    const auto outputs = [&](std::span<const float> x) {
        std::copy(x.begin(), x.end(), model.input().begin());
        const auto y = model.outputs(4, false);
        return std::vector<float>(y.begin(), y.end());
    };
    std::vector<float> x(model.input().size());
    Random random(6, 1, 1);
    for (float& v : x) v = random.normal();
    const std::vector<float> y = outputs(x);
    const TensorView views[] = {{"x", {4, 2, 14, 16}, x}, {"y", {4, 5}, y}};
    write_safetensors(folder / "expected.safetensors", views, {});
    const Run r = run_python("runtime/model/torch_weights.py", {"torch", folder.path().string()});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    BOOST_TEST_MESSAGE(r.out);

    load_weights(folder / "torch.safetensors", model);
    const Safetensors theirs(folder / "torch_expected.safetensors"), file(folder / "torch.safetensors");
    BOOST_REQUIRE(file.find("1.num_batches_tracked"));
    BOOST_TEST(file.find("1.num_batches_tracked")->dtype == "I64");
    const std::vector<float> ours = outputs(theirs.find("x")->data);
    const double difference = largest_difference(ours, theirs.find("y")->data);
    BOOST_TEST(difference < 1e-4);
    BOOST_TEST(largest_difference(ours, y) > 1e-2);
    BOOST_TEST_MESSAGE("with PyTorch's weights typenet differs by at most " << difference);
}
