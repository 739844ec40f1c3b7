// Weights of another program on a tiny network: by its names, with a prefix, with another head, and what is told.
#define BOOST_TEST_MODULE pretrained
#include "runtime/model/pretrained.hpp"

#include <boost/test/unit_test.hpp>
#include <numeric>

#include "dsl/typenet.hpp"

using namespace tn;

namespace {

using Tiny = Net<Image<1, 4, 4>, Batch<2>, Seq<Conv<2, 3>, BN, Relu, GlobalAvgPool, Dense<5>>, SoftmaxCrossEntropy>;
using Names = std::vector<std::string>;
const std::vector<Names> names{
    {"x.weight", "y.weight", "y.bias", "y.mean", "y.var", "z.weight", "z.bias"},
    {"conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", "fc.weight", "fc.bias"}};

NamedTensor counted(const std::string& name, const std::vector<std::int64_t>& shape, float from) {
    NamedTensor t{name, "F32", shape, {}};
    t.values.resize(
        static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())));
    std::iota(t.values.begin(), t.values.end(), from);
    return t;
}

/// A file of another order than the network's, with a head of so many rows; 0: none.
std::vector<NamedTensor> file_of(const std::string& prefix, int rows) {
    std::vector<NamedTensor> file;
    if (rows > 0) file = {counted(prefix + "fc.weight", {rows, 2}, 500), counted(prefix + "fc.bias", {rows}, 600)};
    for (const char* state : {"bn.running_var", "bn.running_mean", "bn.bias", "bn.weight"})
        file.push_back(counted(prefix + state, {2}, static_cast<float>(file.size())));
    file.push_back({prefix + "bn.num_batches_tracked", "I64", {}, {}});
    file.push_back(counted(prefix + "conv.weight", {2, 1, 3, 3}, 100));
    return file;
}

struct Loaded {
    cpu::Device device{1};
    Model<Tiny> model{device, 3};
    Loaded() { model.active_outputs(3); }
    Pretrained load(const std::vector<NamedTensor>& file) { return load_pretrained(file, "file", model, names); }
    std::vector<float> values(const std::string& name) {
        for (const auto& t : model.tensors())
            if (t.name == name) return {t.values.begin(), t.values.end()};
        return {};
    }
    std::string error_of(const std::vector<NamedTensor>& file) {
        const std::vector<float> before = values("0.weight");
        try {
            load(file);
        } catch (const Error& e) {
            BOOST_TEST(values("0.weight") == before);
            return e.what();
        }
        return "";
    }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_CASE(tensors_are_found_by_their_names_there, Loaded) {
    BOOST_TEST(fits_names(file_of("", 3), names));
    const std::vector<float> head = values("4.weight");
    const Pretrained found = load(file_of("", 3));
    BOOST_TEST(found.head);
    BOOST_TEST(found.prefix == "");
    BOOST_TEST(values("0.weight")[0] == 100);
    BOOST_TEST(values("1.weight") == (std::vector<float>{5, 6}));
    BOOST_TEST(values("1.bias") == (std::vector<float>{4, 5}));
    BOOST_TEST(values("1.running_mean") == (std::vector<float>{3, 4}));
    BOOST_TEST(values("1.running_var") == (std::vector<float>{2, 3}));
    const std::vector<float> taken = values("4.weight");
    BOOST_TEST(taken[5] == 505);
    BOOST_TEST(taken[6] == head[6]);  // of an output that does not count
}

BOOST_FIXTURE_TEST_CASE(a_prefix_is_found, Loaded) {
    BOOST_TEST(fits_names(file_of("module.", 3), names));
    BOOST_TEST(load(file_of("module.", 3)).prefix == "module.");
    BOOST_TEST(values("0.weight")[0] == 100);
}

BOOST_FIXTURE_TEST_CASE(another_head_is_left_out, Loaded) {
    const std::vector<float> head = values("4.weight");
    const Pretrained found = load(file_of("", 7));
    BOOST_TEST(!found.head);
    BOOST_TEST(found.head_rows == 7);
    BOOST_TEST(values("0.weight")[0] == 100);
    BOOST_TEST(values("4.weight") == head);
    const Pretrained none = load(file_of("", 0));
    BOOST_TEST(!none.head);
    BOOST_TEST(none.head_rows == 0);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_told_on_both_sides, Loaded) {
    std::vector<NamedTensor> file = file_of("", 3);
    file.back().name = "convolution.weight";
    BOOST_TEST(!fits_names(file, names));
    BOOST_TEST(contains(error_of(file), "file: does not have the weights of this network"));
    file = file_of("", 3);
    file[2].name = "bn.other";
    const std::string error = error_of(file);
    BOOST_TEST(contains(error, "the file lacks bn.running_var; the network lacks bn.other"), error);
    file = file_of("", 3);
    file.back() = counted("conv.weight", {2, 3, 3, 3}, 0);
    BOOST_TEST(contains(error_of(file), "conv.weight is F32 of [2, 3, 3, 3] instead of [2, 1, 3, 3]"));
    BOOST_TEST(contains(error_of({}), "does not have the weights of this network"));
}
