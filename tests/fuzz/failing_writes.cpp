// usage: failing_writes    writes a model's file and a table with every single allocation failing
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "runtime/core/file.hpp"
#include "runtime/io/safetensors.hpp"
#include "tests/fuzz/failing_memory.hpp"
#include "tests/runtime/temporary_folder.hpp"

namespace {

void require(bool in_order, const std::string& what) {
    if (in_order) return;
    std::fprintf(stderr, "not in order: %s\n", what.c_str());
    std::exit(1);
}

}  // namespace

int main() {
    const tn_test::TemporaryFolder folder;
    const std::vector<float> values(100, 0.5f);
    const std::vector<std::pair<std::string, std::function<void(const std::filesystem::path&)>>> writers{
        {"model.safetensors",
         [&](const auto& path) {
             const tn::TensorView views[] = {{"a", {10, 10}, values}, {"b", {100}, values}};
             tn::write_safetensors(path, views, {{"classes", "[\"one\",\"two\"]"}});
         }},
        {"table.csv", [&](const auto& path) { tn::write_file(path, std::string(1000, 'x')); }}};
    long runs = 0;
    for (const auto& [name, write] : writers) {
        const std::filesystem::path path = folder / name;
        write(path);
        const auto whole = tn::read_file(path, 1 << 20), before = std::vector<std::uint8_t>{1, 2, 3};
        const auto restore = [&] { folder.write(name, before); };
        restore();
        const auto attempt = [&] {
            try {
                write(path);
            } catch (const tn::Error&) {
            }
        };
        const long more = tn_test::with_every_allocation_failing(attempt, [&] {
            const auto now = tn::read_file(path, 1 << 20);
            require(now == before || now == whole, name + " is as before, or whole");
            restore();
        });
        require(more > 0, name + ": memory is lost");
        runs += more;
        std::filesystem::remove(path);
        require(std::filesystem::is_empty(folder.path()), name + ": nothing else is left behind");
    }
    std::printf("%zu files, %ld runs without memory\n", writers.size(), runs);
}
