#include "runtime/data/synthetic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/data/image.hpp"

namespace tn {

namespace {

struct Place {
    float x, y;
};

/// Signed distances (negative inside), after Quilez, "2D distance functions".
float circle(Place p, Place centre, float radius) { return std::hypot(p.x - centre.x, p.y - centre.y) - radius; }
float ellipse(Place p, Place centre, float a, float b) {
    const float x = (p.x - centre.x) / a, y = (p.y - centre.y) / b;
    return (std::hypot(x, y) - 1) * std::min(a, b);
}
float box(Place p, Place centre, float a, float b, float round) {
    const float x = std::abs(p.x - centre.x) - a + round, y = std::abs(p.y - centre.y) - b + round;
    return std::hypot(std::max(x, 0.0f), std::max(y, 0.0f)) + std::min(std::max(x, y), 0.0f) - round;
}
float segment(Place p, Place a, Place b, float radius) {
    const float bx = b.x - a.x, by = b.y - a.y;
    const float t = std::clamp(((p.x - a.x) * bx + (p.y - a.y) * by) / (bx * bx + by * by), 0.0f, 1.0f);
    return std::hypot(p.x - a.x - t * bx, p.y - a.y - t * by) - radius;
}

/// What varies from picture to picture besides the character.
struct Scene {
    float angle, scale, mirror, dx, dy;                                                     // pose
    float skin, hair, cloth, smile, gaze, open;                                             // the person
    float back, back_x, back_y, stripes, stripe_angle, stripe_width, blob_x, blob_y, blob;  // background
    float light_x, light_y, gain, add, noise;                                               // light and camera

    explicit Scene(Random& r)
        : angle(r.uniform(-0.4f, 0.4f)),
          scale(r.uniform(0.78f, 1.25f)),
          mirror(r.chance(0.5f) ? -1.0f : 1.0f),
          dx(r.uniform(-0.2f, 0.2f)),
          dy(r.uniform(-0.16f, 0.16f)),
          skin(r.uniform(0.55f, 0.88f)),
          hair(r.uniform(0.05f, 0.4f)),
          cloth(r.uniform(0.1f, 0.9f)),
          smile(r.uniform(-0.03f, 0.09f)),
          gaze(r.uniform(-0.03f, 0.03f)),
          open(r.uniform(0.3f, 1)),
          back(r.uniform(0.1f, 0.9f)),
          back_x(r.uniform(-0.25f, 0.25f)),
          back_y(r.uniform(-0.25f, 0.25f)),
          stripes(r.chance(0.5f) ? r.uniform(0.05f, 0.2f) : 0),
          stripe_angle(r.uniform(0, 3.14f)),
          stripe_width(r.uniform(4, 16)),
          blob_x(r.uniform(-1, 1)),
          blob_y(r.uniform(-1, 1)),
          blob(r.uniform(-0.3f, 0.3f)),
          light_x(r.uniform(-0.25f, 0.25f)),
          light_y(r.uniform(-0.25f, 0.25f)),
          gain(r.uniform(0.6f, 1.15f)),
          add(r.uniform(-0.1f, 0.15f)),
          noise(r.uniform(0.01f, 0.07f)) {}
};

/// Paints shapes over each other; `soft` is the width of an edge.
struct Brush {
    float value, soft;
    void paint(float distance, float tone) {
        const float cover = std::clamp(0.5f - distance / soft, 0.0f, 1.0f);
        value += cover * (tone - value);
    }
};

void eyes_and_mouth(Brush& b, Place p, const Scene& s, float apart, float height) {
    for (float side : {-1.0f, 1.0f}) {
        b.paint(ellipse(p, {side * apart, height}, 0.085f, 0.03f + 0.045f * s.open), 0.97f);
        b.paint(circle(p, {side * apart + s.gaze, height}, 0.035f), 0.05f);
    }
    const float bend = s.smile * (1 - 25 * p.x * p.x);
    b.paint(segment({p.x, p.y - bend}, {-0.14f, 0.3f}, {0.14f, 0.3f}, 0.022f), 0.2f);
}

void ada(Brush& b, Place p, const Scene& s) {
    for (int i = 0; i < 9; ++i) {
        const float a = 3.3f + 2.8f * static_cast<float>(i) / 8;
        b.paint(circle(p, {0.46f * std::cos(a), 0.5f * std::sin(a) - 0.02f}, 0.17f), s.hair);
    }
    b.paint(ellipse(p, {0, 0.05f}, 0.43f, 0.47f), s.skin);
    eyes_and_mouth(b, p, s, 0.17f, -0.02f);
    for (float side : {-1.0f, 1.0f}) b.paint(std::abs(circle(p, {side * 0.17f, -0.02f}, 0.125f)) - 0.018f, 0.05f);
    b.paint(segment(p, {-0.05f, -0.03f}, {0.05f, -0.03f}, 0.016f), 0.05f);
}

void ben(Brush& b, Place p, const Scene& s) {
    b.paint(box(p, {0, 0.06f}, 0.4f, 0.46f, 0.14f), s.skin);
    eyes_and_mouth(b, p, s, 0.16f, 0);
    b.paint(segment(p, {-0.15f, 0.22f}, {0.15f, 0.22f}, 0.04f), s.hair);
    b.paint(box(p, {0, -0.38f}, 0.43f, 0.15f, 0.1f), s.hair + 0.1f);
    b.paint(box(p, {0.2f, -0.25f}, 0.42f, 0.035f, 0.03f), s.hair);
}

void cleo(Brush& b, Place p, const Scene& s) {
    b.paint(box(p, {0, 0.12f}, 0.5f, 0.62f, 0.28f), s.hair);
    b.paint(ellipse(p, {0, 0.08f}, 0.34f, 0.43f), s.skin);
    b.paint(box(p, {0, -0.3f}, 0.36f, 0.13f, 0.06f), s.hair);
    eyes_and_mouth(b, p, s, 0.14f, 0.02f);
    for (float side : {-1.0f, 1.0f}) b.paint(circle(p, {side * 0.38f, 0.32f}, 0.05f), 0.95f);
}

void draw(int character, PictureShape shape, Random random, std::uint8_t* out) {
    const Scene s(random);
    const auto side = static_cast<float>(std::min(shape.height, shape.width));
    const Index plane = Index{shape.height} * shape.width;
    const float cosine = std::cos(s.angle), sine = std::sin(s.angle);
    for (int y = 0; y < shape.height; ++y)
        for (int x = 0; x < shape.width; ++x) {
            const Place q{(2 * static_cast<float>(x) + 1 - static_cast<float>(shape.width)) / side,
                          (2 * static_cast<float>(y) + 1 - static_cast<float>(shape.height)) / side};
            Brush b{s.back + s.back_x * q.x + s.back_y * q.y, 3 / (side * s.scale)};
            b.value += s.stripes *
                       (std::sin(s.stripe_width * (q.x * std::cos(s.stripe_angle) + q.y * std::sin(s.stripe_angle))) > 0
                            ? 1.0f
                            : -1.0f);
            b.value += s.blob * std::exp(-3 * (std::pow(q.x - s.blob_x, 2.0f) + std::pow(q.y - s.blob_y, 2.0f)));
            const float u = q.x - s.dx, v = q.y - s.dy;
            const Place p{s.mirror * (cosine * u + sine * v) / s.scale, (cosine * v - sine * u) / s.scale};
            b.paint(ellipse(p, {0, 1.05f}, 0.62f, 0.5f), s.cloth);
            if (character == 0) ada(b, p, s);
            if (character == 1) ben(b, p, s);
            if (character == 2) cleo(b, p, s);
            const float light = 1 + s.light_x * q.x + s.light_y * q.y;
            const float value = (b.value - 0.5f) * s.gain * light + 0.5f + s.add + s.noise * random.normal();
            const Index at = Index{y} * shape.width + x;
            for (int c = 0; c < shape.channels; ++c)
                out[c * plane + at] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0f, 1.0f)));
        }
}

}  // namespace

Pictures generate_characters(int per_class, PictureShape shape, std::uint64_t seed, float wrong_labels,
                             std::vector<int>* wrong) {
    if (per_class < 1 || per_class > 100000)
        throw Error(fmt::format("generated pictures a class must be 1 to 100000, not {}", per_class));
    if (!(wrong_labels >= 0 && wrong_labels <= 1))
        throw Error(fmt::format("the share of wrong labels must be from 0 to 1, not {}", wrong_labels));
    check_picture_shape(shape, "a generated picture");
    Pictures set;
    set.shape = shape;
    set.classes = {"ada", "ben", "cleo"};
    set.pixels.resize(3 * Index{per_class} * shape.size());
    if (wrong) wrong->clear();
    for (int c = 0; c < 3; ++c)
        for (int i = 0; i < per_class; ++i) {
            const std::uint64_t index = (Index{c} << 32) + i;
            draw(c, shape, Random(seed, stream::characters, index), set.pixels.data() + set.size() * shape.size());
            Random label(seed, stream::labels, index);
            const bool flip = label.chance(wrong_labels);
            if (flip && wrong) wrong->push_back(set.size());
            const int other = c + 1 + label.below(2);
            set.labels.push_back(flip ? other % 3 : c);
            set.files.push_back(fmt::format("generated/{}/{:04}.png", set.classes[c], i + 1));
        }
    return set;
}

}  // namespace tn
