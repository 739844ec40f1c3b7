// usage: measure SECONDS MEBIBYTES COMMAND...
//        measure --note FILE COMMAND...
//        measure SECONDS MEBIBYTES --noted FILE
// Runs the command, prints what it took, and ends with status 1 when its largest process needed more memory, or all of
// it more than four times the processor time: time depends on the machine and its other work, so its margin is wide.
// The same can be done in two steps: what it took is written to FILE, and judged later.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

/// What a command took, of all its processes and of the largest.
struct Took {
    double seconds = 0, mebibytes = 0;
    bool ended_well = false;
};

Took run(char** command) {
    const pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        std::perror(command[0]);
        _exit(127);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) < 0) return {};
    const auto time = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return {time(used.ru_utime) + time(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024,
            WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

int note(const char* path, char** command) {
    const Took took = run(command);
    std::FILE* file = std::fopen(path, "w");
    if (!file) {
        std::perror(path);
        return 1;
    }
    std::fprintf(file, "%f %f\n", took.seconds, took.mebibytes);
    return std::fclose(file) == 0 && took.ended_well ? 0 : 1;
}

Took noted(const char* path) {
    Took took;
    std::FILE* file = std::fopen(path, "r");
    if (!file) {
        std::perror(path);
        return took;
    }
    took.ended_well = std::fscanf(file, "%lf %lf", &took.seconds, &took.mebibytes) == 2;
    std::fclose(file);
    return took;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    if (std::strcmp(argv[1], "--note") == 0) return note(argv[2], argv + 3);
    const double seconds = std::atof(argv[1]), mebibytes = std::atof(argv[2]);
    const bool was_noted = argc == 5 && std::strcmp(argv[3], "--noted") == 0;
    const Took took = was_noted ? noted(argv[4]) : run(argv + 3);
    if (!took.ended_well) return 1;
    if (was_noted) std::printf("-- compiling %s: ", argv[4]);
    std::printf("%.1f s of processor time (should be at most %.0f), %.0f MiB (at most %.0f)\n", took.seconds, seconds,
                took.mebibytes, mebibytes);
    if (took.seconds > seconds) std::printf("slower than it should be: on a busy or slow machine this is no fault\n");
    return took.mebibytes <= mebibytes && took.seconds <= 4 * seconds ? 0 : 1;
}
