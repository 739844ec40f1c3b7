#include "runtime/io/event_file.hpp"

#include <boost/crc.hpp>
#include <protozero/pbf_builder.hpp>

namespace tn {

namespace {

// The field numbers of event.proto and summary.proto, as far as they are used here.
enum class EventField : protozero::pbf_tag_type { time = 1, step = 2, version = 3, summary = 5 };
enum class SummaryField : protozero::pbf_tag_type { value = 1 };
enum class ValueField : protozero::pbf_tag_type { tag = 1, simple_value = 2 };

template <class Field> using Message = protozero::pbf_builder<Field>;

std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

std::string masked_checksum(const std::string& bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> castagnoli;
    castagnoli.process_bytes(bytes.data(), bytes.size());
    const auto crc = static_cast<std::uint32_t>(castagnoli.checksum());
    return little_endian((crc >> 15 | crc << 17) + 0xa282ead8u, 4);
}

std::string framed(const std::string& message) {
    const std::string length = little_endian(message.size(), 8);
    return length + masked_checksum(length) + message + masked_checksum(message);
}

}  // namespace

std::string event_file_header(double time) {
    std::string message;
    Message<EventField> event(message);
    event.add_double(EventField::time, time);
    event.add_string(EventField::version, "brain.Event:2");
    return framed(message);
}

std::string event_record(std::int64_t step, double time, std::span<const Scalar> scalars) {
    std::string message;
    {
        Message<EventField> event(message);
        event.add_double(EventField::time, time);
        event.add_int64(EventField::step, step);
        Message<SummaryField> summary(event, EventField::summary);
        for (const Scalar& s : scalars) {
            Message<ValueField> value(summary, SummaryField::value);
            value.add_string(ValueField::tag, s.name);
            value.add_float(ValueField::simple_value, s.value);
        }
    }
    return framed(message);
}

}  // namespace tn
