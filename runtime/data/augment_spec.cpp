// The words for augmentation: presets, and how a text changes them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "runtime/core/error.hpp"
#include "runtime/data/augment.hpp"

namespace tn {

namespace {

struct Named {
    const char* name;
    Change Augmentation::*change;
    float least = 0, most = 360;           ///< of the amount
    float Augmentation::*ratio = nullptr;  ///< a third number
};
constexpr float most_ratio = 10;
constexpr Named changes[] = {{"flip", &Augmentation::flip},
                             {"rotate", &Augmentation::rotate},
                             {"zoom", &Augmentation::zoom},
                             {"crop", &Augmentation::crop},
                             {"shift", &Augmentation::shift},
                             {"elastic", &Augmentation::elastic},
                             {"brightness", &Augmentation::brightness},
                             {"contrast", &Augmentation::contrast},
                             {"erase", &Augmentation::erase},
                             {"noise", &Augmentation::noise},
                             {"saturation", &Augmentation::saturation},
                             {"hue", &Augmentation::hue, 0, 0.5f},
                             {"resized-crop", &Augmentation::resized_crop, 0.01f, 1, &Augmentation::crop_ratio},
                             {"trivial", &Augmentation::trivial, 0, 1}};

struct Preset {
    std::string_view name;
    Augmentation (*make)();
};
constexpr Preset presets[] = {{"none", &Augmentation::none},
                              {"light", &Augmentation::light},
                              {"strong", &Augmentation::strong},
                              {"digits", &Augmentation::digits},
                              {"trivial", &Augmentation::trivially}};

float number(std::string_view text, std::string_view part) {
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0) || value > 360)
        throw Error(fmt::format("augmentation '{}': '{}' must be a number from 0 to 360", part, text));
    return value;
}

/// Reads probability[:amount[:ratio]] of the part name=value.
void read_change(std::string_view part, std::string_view value, const Named& named, Augmentation& a) {
    const std::size_t colon = value.find(':');
    Change& change = a.*named.change;
    change.probability = number(value.substr(0, colon), part);
    if (colon != value.npos) {
        const std::string_view rest = value.substr(colon + 1);
        const std::size_t second = named.ratio ? rest.find(':') : rest.npos;
        change.amount = number(rest.substr(0, second), part);
        if (second != rest.npos) a.*named.ratio = number(rest.substr(second + 1), part);
    } else if (change.amount == 0 && change.probability > 0 && named.change != &Augmentation::flip) {
        throw Error(fmt::format("augmentation '{}' must give an amount too, as in {}:0.1", part, part));
    }
    if (change.probability > 1)
        throw Error(fmt::format("augmentation '{}': the probability must be from 0 to 1", part));
    if (colon != value.npos && (change.amount < named.least || change.amount > named.most))
        throw Error(fmt::format("augmentation '{}': the amount must be from {} to {}", part, named.least, named.most));
    if (named.ratio && (a.*named.ratio < 1 || a.*named.ratio > most_ratio))
        throw Error(fmt::format("augmentation '{}': the ratio must be from 1 to {}", part, most_ratio));
}

}  // namespace

Augmentation Augmentation::none() { return {}; }

Augmentation Augmentation::light() {
    Augmentation a;
    a.flip = {0.5f, 1};
    a.rotate = {0.5f, 8};
    a.zoom = {0.5f, 0.08f};
    a.shift = {0.5f, 0.05f};
    a.brightness = {0.5f, 0.08f};
    a.contrast = {0.5f, 0.15f};
    return a;
}

Augmentation Augmentation::strong() {
    Augmentation a;
    a.flip = {0.5f, 1};
    a.rotate = {0.7f, 15};
    a.zoom = {0.7f, 0.15f};
    a.crop = {0.5f, 0.1f};
    a.shift = {0.7f, 0.08f};
    a.elastic = {0.7f, 0.06f};
    a.brightness = {0.6f, 0.15f};
    a.contrast = {0.6f, 0.35f};
    a.erase = {0.4f, 0.12f};
    a.noise = {0.4f, 0.04f};
    return a;
}

Augmentation Augmentation::digits() {
    Augmentation a;
    a.rotate = {0.8f, 12};
    a.zoom = {0.8f, 0.12f};
    a.crop = {0.5f, 0.1f};
    a.shift = {0.8f, 0.08f};
    a.elastic = {0.6f, 0.06f};
    return a;
}

Augmentation Augmentation::trivially() {
    Augmentation a;
    a.flip = {0.5f, 1};
    a.trivial = {1, 1};
    return a;
}

Augmentation parse_augmentation(std::string_view text) {
    Augmentation a;
    bool first = true;
    for (std::size_t at = 0; at <= text.size(); first = false) {
        const std::string_view part = text.substr(at, std::min(text.find(',', at), text.size()) - at);
        at += part.size() + 1;
        const std::size_t equals = part.find('=');
        if (first && equals == part.npos) {
            const auto* preset = std::ranges::find(presets, part, &Preset::name);
            if (preset == std::end(presets))
                throw Error(fmt::format("augmentation '{}' must be none, light, strong, digits or trivial", part));
            a = preset->make();
            continue;
        }
        const auto* named = std::find_if(std::begin(changes), std::end(changes),
                                         [&](const Named& n) { return part.substr(0, equals) == n.name; });
        if (equals == part.npos || named == std::end(changes)) {
            std::string names;
            for (const Named& n : changes) names += (names.empty() ? "" : ", ") + std::string(n.name);
            throw Error(
                fmt::format("augmentation '{}' must be name=probability[:amount] with a name of: {}", part, names));
        }
        read_change(part, part.substr(equals + 1), *named, a);
    }
    return a;
}

std::string describe(const Augmentation& a) {
    std::string text = "none";
    for (const Named& n : changes) {
        if ((a.*n.change) == Change{}) continue;
        text += fmt::format(",{}={}:{}", n.name, (a.*n.change).probability, (a.*n.change).amount);
        if (n.ratio && a.*n.ratio != Augmentation{}.*n.ratio) text += fmt::format(":{}", a.*n.ratio);
    }
    return text;
}

void check_augmentation(const Augmentation& a, PictureShape shape) {
    if (shape.channels == 3) return;
    for (const Change Augmentation::*change : {&Augmentation::saturation, &Augmentation::hue})
        if ((a.*change).probability > 0)
            throw Error(fmt::format("augmentation '{}' must be of pictures in colour, of 3 channels, not {}",
                                    change == &Augmentation::hue ? "hue" : "saturation", shape.channels));
}

}  // namespace tn
