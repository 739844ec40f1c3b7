// Headers that compute in integers alone: near the model, and on a Cortex-M4 the same as here, with nothing linked.
#define BOOST_TEST_MODULE integer_header_export
#include "runtime/export/integer_header.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "dsl/networks/lenet5.hpp"
#include "dsl/typenet.hpp"
#include "tests/runtime/export/header_check.hpp"
#include "tests/support/exported.hpp"

using namespace tn;
using namespace tn_test;

namespace {

using LeNet = Net<Image<1, 28, 28>, Batch<3>, networks::LeNet5Today<10>, SoftmaxCrossEntropy>;

/// A header of the model, samples that are bytes of pixels, and the model's probabilities of these.
template <class N> struct Exported {
    ExportedHeader header;
    std::vector<int> pixels;
    std::vector<float> probabilities;
    Exported() {
        Samples<N> samples;
        const Normalise normal;
        const auto [scale, shift] = normal.scaling(0);
        for (float& v : samples.x) {
            pixels.push_back(static_cast<int>(std::clamp(127.5f + 63.75f * v, 0.0f, 255.0f)));
            v = static_cast<float>(pixels.back()) * scale + shift;
        }
        std::copy(samples.x.begin(), samples.x.end(), samples.model->input().begin());
        const InferenceGraph graph = inference_graph(*samples.model);
        header = integer_header(graph, {"net", {"a"}, normal, WeightsAs::int8, ranges_of(graph, samples.x)});
        const auto p = samples.model->predict(N::batch);
        probabilities.assign(p.begin(), p.end());
    }
};

/// Runs the header here: whole numbers, a line each.
std::string run_here(const TemporaryFolder& folder) {
    const std::string built = (folder / "main").string();
    const Run compile = run_shell(fmt::format("{} -std=c++17 -Wall -Wextra -Wpedantic -Werror {} {} -o {}", TN_CXX,
                                              checked, quoted((folder / "main.cpp").string()), quoted(built)));
    BOOST_TEST(compile.status == 0, compile.err);
    const Run r = run_shell(quoted(built));
    BOOST_TEST(r.status == 0, r.err);
    return r.out;
}

/// The header with a program that prints what it makes of the samples by `print(int)`.
template <class N> void write_program(const TemporaryFolder& folder, const Exported<N>& exported) {
    folder.write("net.hpp", exported.header.text);
    folder.write("program.hpp",
                 fmt::format("#include \"net.hpp\"\n"
                             "static_assert(net::inputs == {} && net::workspace == {});\n"
                             "const unsigned char xs[] = {{{}}};\n"
                             "unsigned char work[net::workspace];\nint y[net::outputs];\n"
                             "template <class Print> void run(Print print) {{\n"
                             "    for (int n = 0; n < {}; ++n) {{\n"
                             "        net::infer(xs + n * net::inputs, y, work);\n"
                             "        for (int i = 0; i < net::outputs; ++i) print(y[i]);\n    }}\n}}\n",
                             N::input.size(), exported.header.workspace, fmt::join(exported.pixels, ", "), N::batch));
    folder.write("main.cpp",
                 "#include \"program.hpp\"\n#include <cstdio>\n"
                 "int main() { run([](int v) { std::printf(\"%d\\n\", v); }); }\n");
}

template <class N> void is_near_the_model(float tolerance) {
    const TemporaryFolder folder;
    const Exported<N> exported;
    write_program(folder, exported);
    BOOST_TEST(exported.header.text.find("float") == std::string::npos);
    std::istringstream lines(run_here(folder));
    for (std::size_t n = 0; n < exported.probabilities.size(); n += N::output.size()) {
        std::vector<double> p(N::output.size());
        double sum = 0;
        for (double& v : p) {
            lines >> v;
            sum += v = std::exp(v / 65536);
        }
        for (std::size_t i = 0; i < p.size(); ++i)
            BOOST_TEST(std::abs(p[i] / sum - exported.probabilities[n + i]) < tolerance);
    }
}

// A vector table, a stack, and semihosting to print and to end.
constexpr const char* cortex = R"(#include "program.hpp"
extern "C" void start();
extern "C" { extern unsigned char stack_top; }
__attribute__((section(".vectors"), used)) const void* const vectors[] = {&stack_top, reinterpret_cast<const void*>(&start)};
static void host(int operation, const void* argument) {
    register int r0 asm("r0") = operation;
    register const void* r1 asm("r1") = argument;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static void print(int value) {
    char text[14];
    char* at = text + 13;
    *at = 0;
    *--at = '\n';
    unsigned rest = value < 0 ? 0u - static_cast<unsigned>(value) : static_cast<unsigned>(value);
    do *--at = static_cast<char>('0' + rest % 10); while (rest /= 10);
    if (value < 0) *--at = '-';
    host(4, at);
}
extern "C" void start() {
    run(print);
    host(0x18, reinterpret_cast<const void*>(0x20026));
}
)";
constexpr const char* memory =
    R"(MEMORY { flash (rx) : ORIGIN = 0, LENGTH = 256K  ram (rw) : ORIGIN = 0x20000000, LENGTH = 64K }
SECTIONS {
    .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > flash
    .bss (NOLOAD) : { *(.bss*) *(COMMON) } > ram
    stack_top = ORIGIN(ram) + LENGTH(ram);
    /DISCARD/ : { *(.ARM.ex*) *(.comment) }
}
)";

using Small =
    Net<Image<1, 9, 8>, Batch<3>,
        Seq<Conv<6, 3>, BN, Relu6, Conv<6, 3, Depthwise>, BN, Silu, Residual<Conv<6, 3>, BN, Relu, Conv<6, 3>>, Relu,
            Concat<Conv<3, 1>, AvgPool<1>>, Conv<8, 3, Stride<2>>, BN, GlobalAvgPool, Dense<4>>,
        SoftmaxCrossEntropy>;

}  // namespace

BOOST_AUTO_TEST_CASE(lenet_5_in_integers) { is_near_the_model<LeNet>(0.05f); }
BOOST_AUTO_TEST_CASE(layers_of_every_kind_in_integers) { is_near_the_model<Small>(0.05f); }

BOOST_AUTO_TEST_CASE(a_cortex_m4_computes_the_same_with_nothing_linked) {
    if (run_shell("arm-none-eabi-g++ --version").status != 0 || run_shell("qemu-system-arm --version").status != 0) {
        BOOST_TEST_MESSAGE("skipped: arm-none-eabi-g++ or qemu-system-arm is not there");
        return;
    }
    const TemporaryFolder folder;
    write_program(folder, Exported<LeNet>{});
    folder.write("cortex.cpp", cortex);
    folder.write("memory.ld", memory);
    const Run compile = run_shell(fmt::format(
        "cd {} && arm-none-eabi-g++ -mcpu=cortex-m4 -mthumb -mfloat-abi=soft -std=c++17 -O2 -Wall -Wextra -Werror "
        "-ffreestanding -fno-exceptions -fno-rtti -fno-tree-loop-distribute-patterns -nostdlib -T memory.ld cortex.cpp "
        "-o cortex.elf && arm-none-eabi-size cortex.elf",
        quoted(folder.path().string())));
    BOOST_REQUIRE_MESSAGE(compile.status == 0, compile.err);
    BOOST_TEST_MESSAGE("LeNet-5 on a Cortex-M4, text is flash and bss is memory:\n" << compile.out);
    const Run r = run_shell(fmt::format(
        "timeout 120 qemu-system-arm -M mps2-an386 -display none -serial none -monitor none -chardev stdio,id=host "
        "-semihosting-config enable=on,target=native,chardev=host -kernel {} </dev/null",
        quoted((folder / "cortex.elf").string())));
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(std::count(r.out.begin(), r.out.end(), '\n') == 30);
    BOOST_TEST(r.out == run_here(folder));
}

BOOST_AUTO_TEST_CASE(what_has_no_form_in_integers_is_named) {
    const Samples<Gated> samples;
    const auto graph = inference_graph(*samples.model);
    HeaderInfo info{"net", {}, {}, WeightsAs::int8};
    BOOST_TEST(error_of([&] { integer_header(graph, info); }) ==
               "int8 needs the ranges of all values: samples to calibrate with");
    info.ranges = ranges_of(graph, samples.x);
    BOOST_TEST(contains(error_of([&] { integer_header(graph, info); }), ": has no form in integers alone"));
}
