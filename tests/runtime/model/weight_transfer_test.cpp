#define BOOST_TEST_MODULE weight_transfer
#include "runtime/model/weight_transfer.hpp"

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/torch_writer.hpp"

using namespace tn;
using namespace tn_test;

namespace {

using Before = Net<Vector<4>, Batch<2>, Seq<Dense<8>, BN, Relu, Dense<6>, Relu, Dense<5>>, SoftmaxCrossEntropy>;
/// The same layers, nested, and another last one.
using After = Net<Vector<4>, Batch<2>, Seq<Seq<Dense<8>, BN, Relu, Dense<6>, Relu>, Dense<3>>, SoftmaxCrossEntropy>;

struct Saved {
    TemporaryFolder folder;
    cpu::Device device{1};
    Model<Before> before{device, 1};
    Model<After> after{device, 2};
    std::filesystem::path file = folder / "before.safetensors";
    Saved() { save_weights(file, before); }
};

template <class M> std::vector<float> values(const M& model, const std::string& name) {
    for (const auto& t : model.tensors())
        if (t.name == name) return {t.values.begin(), t.values.end()};
    throw Error("there is no tensor " + name);
}
template <class M> std::vector<float> all(const M& model) {
    std::vector<float> all;
    for (const auto& t : model.tensors()) all.insert(all.end(), t.values.begin(), t.values.end());
    return all;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_layers_in_common_are_taken_and_the_last_one_stays, Saved) {
    const auto head = values(after, "1.weight");
    const TransferReport report = transfer_weights(
        file, after, [](const std::string& name) { return name.starts_with("0.") ? name.substr(2) : ""; });
    BOOST_TEST(report.taken.size() == 7u);
    BOOST_TEST((report.taken[0] == TransferReport::Pair{"0.0.weight", "0.weight"}));
    BOOST_TEST((report.missing == std::vector<std::string>{"1.weight", "1.bias"}));
    BOOST_TEST((report.left == std::vector<std::string>{"5.weight", "5.bias"} ||
                report.left == std::vector<std::string>{"5.bias", "5.weight"}));
    BOOST_TEST(report.unfit.empty());
    for (const auto& [here, there] : report.taken) BOOST_TEST((values(after, here) == values(before, there)));
    BOOST_TEST((values(after, "1.weight") == head));
    const std::string text = describe(report);
    BOOST_TEST(contains(text, "7 tensors were taken\n2 are missing in the file: 1.weight, 1.bias\n2 are left"));
}

BOOST_FIXTURE_TEST_CASE(the_longest_beginning_is_replaced, Saved) {
    const NameInFile names = renamed({{"0.", ""}, {"1.", "5."}, {"0.3.", "3."}});
    BOOST_TEST(names("0.3.weight") == "3.weight");
    BOOST_TEST(names("0.0.weight") == "0.weight");
    BOOST_TEST(names("7.bias") == "7.bias");
    const TransferReport report = transfer_weights(file, after, names);
    BOOST_TEST(report.taken.size() == 7u);
    BOOST_TEST(report.unfit.size() == 2u);
    BOOST_TEST((report.unfit[0] == TransferReport::Pair{"1.weight", "5.weight"}));
    BOOST_TEST(report.left.empty());
    BOOST_TEST(contains(describe(report), "\n2 have another shape or type in the file: 1.weight, 1.bias"));
}

BOOST_FIXTURE_TEST_CASE(where_nothing_fits_the_model_stays, Saved) {
    const auto was = all(after);
    BOOST_TEST(contains(error_of([&] { transfer_weights(file, after); }),
                        "before.safetensors: has no tensor of the network's names and shapes; 0 tensors were taken"));
    BOOST_TEST((all(after) == was));
    BOOST_TEST(contains(error_of([&] { transfer_weights(folder / "none", after); }), "none: cannot be read"));
    Model<Before> same(device, 3);
    BOOST_TEST(describe(transfer_weights(file, same)) == "9 tensors were taken");
    BOOST_TEST((all(same) == all(before)));
}

BOOST_FIXTURE_TEST_CASE(files_of_torch_are_read_in_both_formats, Saved) {
    using namespace tn::test;
    std::vector<SavedTensor> tensors;
    for (const auto& t : before.tensors()) {
        std::vector<std::int64_t> shape(t.parameter.extent.begin(), t.parameter.extent.begin() + t.parameter.rank);
        tensors.push_back(saved("module." + t.name, shape, {t.values.begin(), t.values.end()}));
    }
    tensors.push_back({"module.1.num_batches_tracked", "LongStorage", std::string(8, '\0'), 1, {}, {}});
    const NameInFile names = renamed({{"0.", "module."}, {"1.", "module.5."}});
    for (const std::string& bytes : {torch_zip(tensors), torch_legacy(tensors)}) {
        Model<After> model(device, 3);
        const TransferReport report = transfer_weights(folder.write("before.pth", bytes), model, names);
        BOOST_TEST(report.taken.size() == 7u);
        BOOST_TEST(report.unfit.size() == 2u);
        BOOST_TEST(report.left.empty());
        for (const auto& [here, there] : report.taken)
            BOOST_TEST((values(model, here) == values(before, there.substr(7))));
        const auto was = all(model);
        BOOST_CHECK_THROW(transfer_weights(folder.write("half.pth", bytes.substr(0, bytes.size() / 2)), model), Error);
        BOOST_TEST((all(model) == was));
    }
}
