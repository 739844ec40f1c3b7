// Fixtures for tests of the photos program: a set of drawn characters, and a model that was trained on it.
#pragma once

#include <filesystem>
#include <string>

#include "runtime/data/image.hpp"
#include "runtime/data/synthetic.hpp"
#include "tests/support/program.hpp"

namespace tn_test {

namespace fs = std::filesystem;

/// 12 photographs of 3 characters in a folder a class, with names that are hard to print.
struct Photographs {
    TemporaryFolder folder;
    Photographs() {
        const tn::Pictures drawn = tn::generate_characters(4, {1, 64, 48}, 5);
        const char* names[] = {"plain.png", "with space.png", "new\nline\t\x1b[31m.png", "Zoë 山.png"};
        for (int i = 0; i < drawn.size(); ++i) {
            const fs::path path = folder / ("set/" + drawn.classes[drawn.labels[i]]) / names[i % 4];
            fs::create_directories(path.parent_path());
            const auto bytes = drawn.picture(i);
            tn::write_png(path, {drawn.shape, {bytes.begin(), bytes.end()}});
        }
    }
    std::string set() const { return (folder / "set").string(); }
    std::string at(const char* name) const { return (folder / name).string(); }
};

/// The same, and a model that was trained on it for 2 epochs of 3 steps: once, of which every case has a copy.
struct Trained : Photographs {
    struct Original : Photographs {
        Run training = run("photos", {"train", set(), "--out", at("run"), "--epochs", "2", "--batch", "4",
                                      "--test-share", "0.25", "--seed", "3", "--threads", "2"});
    };
    static const Original& original() {
        static const Original once;
        return once;
    }
    const Run& training = original().training;
    Trained() { fs::copy(original().at("run"), at("run"), fs::copy_options::recursive); }
    std::string model() const { return at("run/model.safetensors"); }
    std::string photograph(const char* name) const { return (folder / "set/ada" / name).string(); }
};

}  // namespace tn_test
