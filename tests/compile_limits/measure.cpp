// usage: measure SECONDS MEBIBYTES COMMAND...
// Runs the command, prints what it took, and ends with status 1 when its largest process needed more memory, or all of
// it more than four times the processor time: time depends on the machine and its other work, so its margin is wide.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const double seconds = std::atof(argv[1]), mebibytes = std::atof(argv[2]);
    const pid_t child = fork();
    if (child == 0) {
        execvp(argv[3], argv + 3);
        std::perror(argv[3]);
        _exit(127);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) < 0) return 2;
    const auto time = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    const double took = time(used.ru_utime) + time(used.ru_stime), memory = static_cast<double>(used.ru_maxrss) / 1024;
    std::printf("%.1f s of processor time (should be at most %.0f), %.0f MiB (at most %.0f)\n", took, seconds, memory,
                mebibytes);
    if (took > seconds) std::printf("slower than it should be: on a busy or slow machine this is no fault\n");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 && memory <= mebibytes && took <= 4 * seconds ? 0 : 1;
}
