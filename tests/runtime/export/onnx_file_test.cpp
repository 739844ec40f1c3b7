// ONNX files: with weights beside them, as PyTorch writes them, and what is none.
#define BOOST_TEST_MODULE onnx_file
#include "runtime/export/onnx_file.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "dsl/typenet.hpp"
#include "runtime/export/graph_values.hpp"
#include "runtime/export/onnx.hpp"
#include "runtime/export/onnx_graph.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/exported.hpp"
#include "tests/support/python.hpp"
#include "tests/support/shell.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// Bytes of a message or text of a protocol buffer.
std::string field(int number, const std::string& bytes) {
    BOOST_REQUIRE(bytes.size() < 128);
    return std::string{static_cast<char>(number * 8 + 2), static_cast<char>(bytes.size())} + bytes;
}
std::string varint(int number, int value) { return {static_cast<char>(number * 8), static_cast<char>(value)}; }

/// y = Gemm(x, w), w [1][2] as external_data says.
std::string model_with(const std::vector<std::pair<std::string, std::string>>& where) {
    std::string tensor = varint(1, 1) + varint(1, 2) + varint(2, 1) + field(8, "w") + varint(14, 1);
    for (const auto& [key, value] : where) tensor += field(13, field(1, key) + field(2, value));
    const std::string transposed =
        field(1, "transB") + varint(3, 1) + std::string{static_cast<char>((20 * 8 & 127) | 128), 1, 2};
    const std::string node = field(1, "x") + field(1, "w") + field(2, "y") + field(4, "Gemm") + field(5, transposed);
    const std::string extents = field(1, varint(1, 1)) + field(1, varint(1, 2));
    const std::string type = field(2, field(1, field(2, extents)));
    std::string graph = field(1, node) + field(5, tensor) + field(11, field(1, "x") + type) + field(12, field(1, "y"));
    std::string model{static_cast<char>(7 * 8 + 2), static_cast<char>((graph.size() & 127) | 128),
                      static_cast<char>(graph.size() >> 7)};
    return model + graph;
}

}  // namespace

BOOST_AUTO_TEST_CASE(weights_in_a_file_beside_the_model) {
    const TemporaryFolder folder;
    const float values[] = {9, 0.5f, -2};
    folder.write("net.onnx.data", std::string(reinterpret_cast<const char*>(values), sizeof values));
    const auto read = [&](const std::vector<std::pair<std::string, std::string>>& where) {
        return onnx_graph(read_onnx(folder.write("net.onnx", model_with(where)).string()));
    };
    const InferenceGraph graph = read({{"location", "net.onnx.data"}, {"offset", "4"}, {"length", "8"}});
    BOOST_REQUIRE(graph.nodes.size() == 1u);
    BOOST_TEST((graph.nodes[0].tensors[0] == std::vector<float>{0.5f, -2}));
    const auto refused = [&](const std::vector<std::pair<std::string, std::string>>& where, const std::string& why) {
        const std::string words = error_of([&] { read(where); });
        BOOST_TEST(contains(words, "net.onnx: the constant 'w' lies in another file, "), words);
        BOOST_TEST(contains(words, why), words);
    };
    refused({{"location", "net.onnx.data"}, {"offset", "8"}, {"length", "8"}}, "net.onnx.data, which is too short");
    refused({{"location", "net.onnx.data"}, {"offset", "99999999999999999999"}}, "which is too short");
    refused({{"location", "net.onnx.data"}, {"offset", "-4"}}, "which is too short");
    refused({{"location", "absent"}}, "absent: cannot be read");
    refused({{"location", "../net.onnx.data"}}, "which must be in the model's folder");
    refused({{"location", "/etc/passwd"}}, "which must be in the model's folder");
    refused({}, "which must be in the model's folder");
    BOOST_TEST(contains(error_of([&] {
                            read({{"location", "net.onnx.data"}});
                        }),
                        "has not as many values as its extents say"));
}

/// What PyTorch's exporter, dynamo and the one before, writes of networks of the language's layers computes the same.
BOOST_AUTO_TEST_CASE(models_that_pytorch_writes) {
    if (!python_has("torch, torchvision, onnx, onnxscript")) return;
    const TemporaryFolder folder;
    const Run r = run_python("runtime/export/torch_models.py", {folder.path().string()});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    std::istringstream names(r.out);
    int read = 0;
    for (std::string name; names >> name; ++read) {
        std::ifstream samples(folder / (name + ".txt"));
        const InferenceGraph graph = onnx_graph(read_onnx((folder / (name + ".onnx")).string()));
        std::vector<float> x(graph.values[0].size()), y(graph.values[graph.output].size());
        for (float& v : x) samples >> v;
        for (float& v : y) samples >> v;
        BOOST_REQUIRE_MESSAGE(samples, name);
        const auto found = graph_values(graph, x)[graph.output];
        double most = 0, largest = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            most = std::max(most, std::abs(static_cast<double>(found[i]) - y[i]));
            largest = std::max(largest, std::abs(static_cast<double>(y[i])));
        }
        BOOST_TEST(most < 1e-4 * largest, name << ": " << most << " of " << largest);
    }
    BOOST_TEST(read == 8);
    for (const char* const name : {"vit", "lstm"}) {
        const std::string words =
            error_of([&] { onnx_graph(read_onnx((folder / (name + std::string(".onnx"))).string())); });
        BOOST_TEST(contains(words, "must "), words);
    }
}

BOOST_AUTO_TEST_CASE(files_that_are_none) {
    const TemporaryFolder folder;
    const std::string bytes = to_onnx(inference_graph(*Samples<Values>().model), {});
    const auto refused = [&](const std::string& content) {
        const auto path = folder.write("model.onnx", content);
        const std::string words = error_of([&] { onnx_graph(read_onnx(path.string())); });
        BOOST_TEST(words != "");
        return words;
    };
    BOOST_TEST(contains(refused(""), "is no ONNX model"));
    BOOST_TEST(contains(refused("some text that is none"), "is no ONNX model"));
    for (std::size_t size = 0; size < bytes.size(); size += 7) refused(bytes.substr(0, size));
    // Whatever a byte is, it is read or refused.
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x41);
        const auto path = folder.write("model.onnx", changed);
        error_of([&] { onnx_graph(read_onnx(path.string())); });
    }
}
