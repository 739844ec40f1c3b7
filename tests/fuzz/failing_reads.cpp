// usage: failing_reads    reads files whose bytes come a few at a time, between signals, and not at all (EIO)
// The linker puts failing_read in the place of the system's read().
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "runtime/data/csv.hpp"
#include "runtime/data/idx.hpp"
#include "runtime/data/image.hpp"
#include "runtime/io/safetensors.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

namespace {

enum class Disk { whole, slow, broken };
Disk disk = Disk::whole;
int calls = 0, broken_at = 0;

}  // namespace

extern "C" ssize_t __real_read(int file, void* to, std::size_t bytes);
extern "C" ssize_t __wrap_read(int file, void* to, std::size_t bytes) {
    const int call = calls++;
    if (disk == Disk::slow && call % 3 == 0) return errno = EINTR, -1;
    if (disk == Disk::slow) return __real_read(file, to, std::min<std::size_t>(bytes, 1 + call % 7));
    if (disk == Disk::broken && call >= broken_at) return errno = EIO, -1;
    if (disk == Disk::broken) return __real_read(file, to, std::min<std::size_t>(bytes, 10));
    return __real_read(file, to, bytes);
}

namespace {

void require(bool in_order, const std::string& what) {
    if (in_order) return;
    std::fprintf(stderr, "not in order: %s\n", what.c_str());
    std::exit(1);
}

using tn_test::Bytes;

Bytes bytes_of(const auto& values) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(std::data(values));
    return {first, first + std::size(values) * sizeof *std::data(values)};
}

/// A reader, and all that it gives for a file as bytes.
struct Reader {
    std::string file;
    std::function<Bytes(const std::filesystem::path&)> read;
};

}  // namespace

int main() {
    const tn_test::TemporaryFolder folder;
    const Bytes pixels = tn_test::ramp(13, 11, 3);
    folder.write("a.png", tn_test::png(pixels, 13, 11, 3));
    folder.write("a.jpg", tn_test::jpeg(pixels, 13, 11, 3));
    folder.write("a.bmp", tn_test::bmp(pixels, 13, 11, 3));
    folder.write("a.csv", "x,y\n1,2\n3,4\n5,6\n7,8\n");
    folder.write("a.idx", Bytes{0, 0, 8, 1, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    const std::vector<float> values(40, 0.5f);
    tn::write_safetensors(folder / "a.safetensors", std::vector<tn::TensorView>{{"w", {40}, values}}, {});
    const auto picture = [](const auto& path) { return tn::read_picture(path, 3).pixels; };
    const std::vector<Reader> readers{
        {"a.png", picture},
        {"a.jpg", picture},
        {"a.bmp", picture},
        {"a.csv", [](const auto& path) { return bytes_of(tn::read_csv(path).values); }},
        {"a.idx", [](const auto& path) { return tn::read_idx(path).bytes; }},
        {"a.safetensors", [](const auto& path) { return bytes_of(tn::Safetensors(path).find("w")->data); }}};
    for (const Reader& reader : readers) {
        const std::filesystem::path path = folder / reader.file;
        disk = Disk::whole;
        const Bytes all = reader.read(path);
        require(!all.empty(), reader.file + " is read");
        disk = Disk::slow;
        calls = 0;
        require(reader.read(path) == all, reader.file + " is the same a few bytes at a time");
        require(calls > 2, "it was read a few bytes at a time");
        disk = Disk::broken;
        for (broken_at = 0;; ++broken_at) {
            calls = 0;
            Bytes read;
            const std::string said = tn_test::error_of([&] { read = reader.read(path); });
            if (calls <= broken_at) {
                require(said.empty() && read == all, reader.file + " is read when nothing broke");
                break;
            }
            require(said == path.string() + ": cannot be read: Input/output error",
                    "'" + said + "' names the file and why");
        }
        require(broken_at > 1, "the disk broke in the middle, too");
    }
    std::printf("%zu readers\n", readers.size());
}
