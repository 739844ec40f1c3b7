// A browser without a window that opens a page and tells what came of it.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/runtime/temporary_folder.hpp"

namespace tn_test {

/// What a shell command prints.
inline std::string printed(const std::string& command) {
    std::string text;
    if (std::FILE* pipe = ::popen(command.c_str(), "r")) {
        std::array<char, 65536> some;
        while (const std::size_t n = std::fread(some.data(), 1, some.size(), pipe)) text.append(some.data(), n);
        ::pclose(pipe);
    }
    return text;
}

/// The browser's command, or "" when none is installed.
inline std::string browser() {
    const std::string path =
        printed("command -v chromium || command -v chromium-browser || command -v google-chrome || true");
    return path.substr(0, path.find('\n'));
}

/// Opens the page in a window of this size and returns the JSON value of a JavaScript expression.
inline nlohmann::json asked(std::string page, const std::string& expression, int width, int height, bool dark) {
    const TemporaryFolder folder;
    page.insert(page.rfind("</body>"),
                "<script>addEventListener('load',()=>{const a=document.createElement('pre');a.id='answer';"
                "a.textContent='<<'+btoa(JSON.stringify(" +
                    expression + "))+'>>';document.body.append(a)})</script>");
    const std::string path = folder.write("page.html", page).string();
    const std::string out = printed(
        "timeout 120 " + browser() +
        " --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --user-data-dir='" +
        (folder / "profile").string() + "' --window-size=" + std::to_string(width) + "," + std::to_string(height) +
        (dark ? " --blink-settings=preferredColorScheme=0" : " --blink-settings=preferredColorScheme=1") +
        " --dump-dom 'file://" + path + "' 2>/dev/null");
    const std::string begin = "id=\"answer\">&lt;&lt;", end = "&gt;&gt;";
    const std::size_t from = out.find(begin);
    if (from == out.npos) return nullptr;
    const std::string code = out.substr(from + begin.size(), out.find(end, from + begin.size()) - from - begin.size());
    return nlohmann::json::parse(printed("printf %s '" + code + "' | base64 -d"));
}

/// The same of an expression that is awaited: what it gives, or the text of what it throws.
inline nlohmann::json awaited(std::string page, const std::string& expression, int width, int height, bool dark) {
    const TemporaryFolder folder;
    page.insert(page.rfind("</body>"),
                "<script>addEventListener('load',async()=>{let a;try{a=await(" + expression +
                    ")}catch(e){a=String(e)}console.log('<<'+btoa(JSON.stringify(a))+'>>');close()})</script>");
    const std::string path = folder.write("page.html", page).string();
    const std::string out = printed(
        "timeout 120 " + browser() +
        " --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --enable-logging=stderr --user-data-dir='" +
        (folder / "profile").string() + "' --window-size=" + std::to_string(width) + "," + std::to_string(height) +
        (dark ? " --blink-settings=preferredColorScheme=0" : " --blink-settings=preferredColorScheme=1") + " 'file://" +
        path + "' 2>&1");
    const std::size_t from = out.find("\"<<");
    if (from == out.npos) return nullptr;
    const std::string code = out.substr(from + 3, out.find(">>", from) - from - 3);
    return nlohmann::json::parse(printed("printf %s '" + code + "' | base64 -d"));
}

}  // namespace tn_test
