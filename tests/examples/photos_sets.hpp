// Small sets of photographs and pretrained weights for tests of the photos program.
#pragma once

#include <boost/test/unit_test.hpp>

#include "runtime/data/image.hpp"
#include "runtime/io/safetensors.hpp"
#include "tests/support/program.hpp"
#include "tests/support/torch_writer.hpp"

namespace tn_test {

namespace fs = std::filesystem;

/// Two classes of `count` photographs each, red and green or dark and light, and no weights kept. Where the classes are
/// not `told` by that, every other photograph of each is red.
struct Set {
    TemporaryFolder folder;
    explicit Set(bool coloured = true, int count = 6, bool told = true) {
        ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
        for (int i = 0; i < 2 * count; ++i) {
            const bool first = told ? i < count : i % 2 == 0;
            tn::Picture p{{3, 40, 30},
                          std::vector<std::uint8_t>(3 * 40 * 30,
                                                    static_cast<std::uint8_t>(40 + (told ? 3 * i : i % count) % 100))};
            for (int k = 0; k < 40 * 30; ++k) {
                if (coloured) p.pixels[(first ? 0 : 40 * 30) + k] = static_cast<std::uint8_t>(180 + (k + i) % 50);
                if (!coloured && first) p.pixels[k] = p.pixels[1200 + k] = p.pixels[2400 + k] = 200;
            }
            const fs::path path = folder / (i < count ? "set/a" : "set/b") / (std::to_string(i) + ".png");
            fs::create_directories(path.parent_path());
            tn::write_png(path, p);
        }
    }
    std::string at(const char* name) const { return (folder / name).string(); }
    std::string model() const { return at("run/model.safetensors"); }
    std::vector<std::string> training(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"train", at("set"), "--out", at("run"), "--threads", "2"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    Run train(const std::vector<std::string>& more = {}) const { return run("photos", training(more)); }
};

/// Weights of EfficientNet-Lite0 that one step from scratch left, under the names of PyTorch.
struct Weights {
    TemporaryFolder folder;
    std::vector<tn::test::SavedTensor> tensors;
    Weights() {
        const Set set;
        const Run r = set.train({"--network", "efficientnet-lite0", "--iterations", "1", "--batch", "4"});
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
        const std::vector<std::string> names = names_in_pytorch();
        const tn::Safetensors file(set.model());
        for (const auto& t : file.tensors()) {
            if (t.name.starts_with("optimizer.") || t.name.starts_with("training.")) continue;
            BOOST_REQUIRE(tensors.size() < names.size());
            tensors.push_back(tn::test::saved(names[tensors.size()], t.shape, {t.data.begin(), t.data.end()}));
        }
        BOOST_REQUIRE(tensors.size() == names.size());
        write("weights.pth", tn::test::torch_legacy(tensors));
    }
    static std::vector<std::string> names_in_pytorch() {
        std::vector<std::string> names;
        const auto add = [&](const std::string& convolution, const std::string& norm) {
            names.push_back(convolution + ".weight");
            for (const char* tensor : {".weight", ".bias", ".running_mean", ".running_var"})
                names.push_back(norm + tensor);
        };
        add("_conv_stem", "_bn0");
        for (int i = 0; i < 16; ++i) {
            const std::string block = "_blocks." + std::to_string(i);
            if (i > 0) add(block + "._expand_conv", block + "._bn0");
            add(block + "._depthwise_conv", block + "._bn1");
            add(block + "._project_conv", block + "._bn2");
        }
        add("_conv_head", "_bn1");
        names.insert(names.end(), {"_fc.weight", "_fc.bias"});
        return names;
    }
    void write(const char* name, const std::string& bytes) const { folder.write(name, bytes); }
    std::string at(const char* name) const { return (folder / name).string(); }
    static const Weights& once() {
        static const Weights one;
        return one;
    }
};

}  // namespace tn_test
