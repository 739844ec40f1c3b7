#include "examples/photos/commands/command.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace photos {

void add_machine_options(CLI::App& line, Machine& machine) {
    line.add_option("--device", machine.device, "cpu, cuda, or auto: the GPU where one works")->capture_default_str();
    line.add_option("--precision", machine.precision, "on CUDA: fp32, tf32 or bf16")
        ->capture_default_str()
        ->check(CLI::IsMember({"fp32", "tf32", "bf16"}));
    line.add_option("--threads", machine.threads, "threads; 0: every core")->capture_default_str();
    line.add_option("--isa", machine.instructions, "best, portable, avx2 or avx512")->capture_default_str();
}

void add_ground_option(CLI::App& line, std::string& ground) {
    line.add_option("--ground", ground, "the colour behind what is transparent: white, grey, black or as #8090a0")
        ->capture_default_str();
}

void add_unreadable_option(CLI::App& line, bool& skip) {
    line.add_flag("--skip-unreadable", skip,
                  "go on without photographs that cannot be read even if they are more than 5 %");
}

// CLI::Range would let NaN through.
CLI::Validator within(double low, double high) {
    std::ostringstream range;
    range << "from " << low << " to " << high;
    return CLI::Validator(
        [=, words = range.str()](std::string& text) {
            double value = 0;
            const bool number = CLI::detail::lexical_cast(text, value);
            return number && value >= low && value <= high ? "" : "'" + text + "' must be a number " + words;
        },
        range.str());
}

}  // namespace photos
