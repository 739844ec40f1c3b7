// Networks in int8 as files: the same bits again, a quarter of the size, and what is not in order is refused.
#define BOOST_TEST_MODULE int8_file
#include "runtime/int8/int8_file.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <functional>

#include "dsl/typenet.hpp"
#include "runtime/core/file.hpp"
#include "runtime/int8/int8_predictor.hpp"
#include "tests/runtime/export/header_check.hpp"
#include "tests/support/exported.hpp"

using namespace tn;
using namespace tn_test;

namespace {

template <class N> struct Saved {
    TemporaryFolder folder;
    std::filesystem::path path = folder / "model.int8.safetensors";
    Samples<N> samples;
    InferenceGraph graph = inference_graph(*samples.model);

    Saved() {
        CheckpointInfo info;
        info.classes = {"a", "b"};
        info.normalise.mean = {0.25f, 0.5f, 0.75f};
        save_int8(path, quantised(), info);
    }
    QuantisedGraph quantised() const { return quantise(graph, ranges_of(graph, samples.x)); }
    /// That of a model with other weights.
    InferenceGraph structure() {
        cpu::Device device(1);
        return inference_graph(Model<N>(device, 99));
    }
    std::string refused() {
        return error_of([&] { load_int8(path, structure()); });
    }
    /// Writes the file again, with another tensor of this name, or another type, and a checksum that fits.
    void change(const std::string& name, const std::function<void(std::vector<std::byte>&, std::string&)>& f) {
        const Safetensors file(path);
        std::vector<TensorBytes> tensors;
        std::vector<std::byte> changed;
        for (const auto& t : file.tensors()) {
            tensors.push_back({t.name, t.dtype, t.shape, t.bytes.empty() ? std::as_bytes(t.data) : t.bytes});
            if (t.name != name) continue;
            changed.assign(tensors.back().data.begin(), tensors.back().data.end());
            f(changed, tensors.back().dtype);
            tensors.back().data = changed;
        }
        write_typed_safetensors(path, tensors, file.all_metadata());
    }
};

template <class N> void same_bits_from_a_file() {
    Saved<N> saved;
    const Int8File file = load_int8(saved.path, saved.structure());
    BOOST_TEST((file.info.classes == std::vector<std::string>{"a", "b"}));
    BOOST_TEST(file.info.normalise.mean[2] == 0.75f);
    BOOST_TEST((Int8Predictor(file.quantised).predict(saved.samples.x) ==
                Int8Predictor(saved.quantised()).predict(saved.samples.x)));
}

template <class T> auto put(std::size_t at, T value) {
    return [=](std::vector<std::byte>& bytes, std::string&) {
        std::memcpy(bytes.data() + at * sizeof value, &value, sizeof value);
    };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_has_the_same_bits) {
    same_bits_from_a_file<Photographic>();
    same_bits_from_a_file<Mobile>();
    same_bits_from_a_file<Gated>();
    same_bits_from_a_file<Transformer>();
    same_bits_from_a_file<Unfolded>();
}

BOOST_AUTO_TEST_CASE(a_file_has_a_quarter_of_the_size) {
    using Large = Net<Image<3, 16, 16>, Batch<3>, Seq<Conv<64, 3>, BN, Relu, Pool<2>, Conv<128, 3>, Relu, Dense<10>>,
                      SoftmaxCrossEntropy>;
    Saved<Large> saved;
    save_checkpoint(saved.folder / "fp32.safetensors", *saved.samples.model, {});
    const auto size = [&](const char* name) {
        return static_cast<double>(std::filesystem::file_size(saved.folder / name));
    };
    BOOST_TEST(size("model.int8.safetensors") < 0.27 * size("fp32.safetensors"));
}

BOOST_AUTO_TEST_CASE(what_is_not_in_order_is_refused) {
    using Small = Net<Image<1, 6, 6>, Batch<3>, Seq<Conv<4, 3>, Relu, Dense<2>>, SoftmaxCrossEntropy>;
    Saved<Small> saved;
    const std::string path = saved.path.string();
    const std::vector<std::uint8_t> whole = read_file(saved.path, 1 << 20);
    const auto refused = [&](const std::string& name, auto change) {
        saved.change(name, change);
        const std::string what = saved.refused();
        write_file(saved.path, whole);
        return what;
    };
    BOOST_TEST(refused("0.weight", put<std::int8_t>(5, -128)) ==
               path + ": '0.weight' must be of -127 to 127, for layer 0 Conv<4, 3>");
    BOOST_TEST(refused("0.weight", [](std::vector<std::byte>& bytes, std::string&) {
                   bytes[0] = bytes[1] = std::byte{100};
               }) == path + ": '0.weight' must have pairs that are together at most 128, for layer 0 Conv<4, 3>");
    BOOST_TEST(refused("0.bias", put<std::int32_t>(1, INT32_MIN)) ==
               path + ": '0.bias' is too large for sums of 32 bits, for layer 0 Conv<4, 3>");
    BOOST_TEST(refused("0.scale", put<double>(3, -1)) ==
               path + ": '0.scale' must be finite and above 0, for layer 0 Conv<4, 3>");
    BOOST_TEST(refused("values.scale", put<float>(0, 0)) == path + ": 'values.scale' must be finite and above 0");
    BOOST_TEST(refused("0.weight", [](std::vector<std::byte>&, std::string& dtype) { dtype = "U8"; }) ==
               path + ": must have the tensor '0.weight' with 36 values of I8, for layer 0 Conv<4, 3>");

    std::vector<std::uint8_t> damaged = whole;
    damaged.back() ^= 1;
    write_file(saved.path, damaged);
    BOOST_TEST(contains(saved.refused(), "is damaged"));
    damaged.resize(whole.size() / 2);
    write_file(saved.path, damaged);
    BOOST_TEST(saved.refused().rfind(path + ": ", 0) == 0);
    save_checkpoint(saved.path, *saved.samples.model, {});
    BOOST_TEST(saved.refused() == path + ": is not a network in int8: its metadata must have 'weights_as' with 'int8'");
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_an_error_or_the_same_network) {
    Saved<Photographic> saved;
    const std::vector<std::uint8_t> whole = read_file(saved.path, 1 << 20);
    const InferenceGraph structure = saved.structure();
    const auto expected = Int8Predictor(saved.quantised()).predict(saved.samples.x);
    int errors = 0;
    for (std::uint64_t i = 0; i < 300; ++i) {
        Random random(1, 78, i);
        std::vector<std::uint8_t> changed = whole;
        changed[random.below(static_cast<std::uint32_t>(whole.size()))] ^= static_cast<std::uint8_t>(1 << i % 8);
        if (i % 3 == 0) changed.resize(random.below(static_cast<std::uint32_t>(whole.size())));
        write_file(saved.path, changed);
        try {
            const Int8File file = load_int8(saved.path, structure);
            BOOST_TEST((Int8Predictor(file.quantised).predict(saved.samples.x) == expected));
        } catch (const Error& e) {
            ++errors;
            BOOST_TEST(contains(e.what(), saved.path.string()));
        }
    }
    BOOST_TEST(errors > 250);
}

BOOST_AUTO_TEST_CASE(files_of_other_networks_are_refused) {
    Saved<Photographic> saved;
    cpu::Device device(1);
    const InferenceGraph other = inference_graph(Model<Values>(device, 1));
    BOOST_TEST(contains(error_of([&] { load_int8(saved.path, other); }), ": is of another network: "));
    // Nor does a model in fp32 take it.
    BOOST_TEST(contains(error_of([&] { load_checkpoint(saved.path, *saved.samples.model); }), "must have the tensor"));
}
