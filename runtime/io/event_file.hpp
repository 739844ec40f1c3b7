// Event files that TensorBoard reads: records of named numbers against the step.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tn {

/// A curve's name, where '/' parts a group from a curve in it, and its value.
struct Scalar {
    std::string name;
    float value = 0;
};

/// The record that begins an event file, and one of scalars after this step, at this time in seconds since 1970: the
/// messages of TensorFlow's event.proto and summary.proto in TFRecord frames (the length, its CRC-32C, the bytes,
/// theirs; the checksums turned by 15 bits and raised by 0xa282ead8).
std::string event_file_header(double time);
std::string event_record(std::int64_t step, double time, std::span<const Scalar> scalars);

}  // namespace tn
