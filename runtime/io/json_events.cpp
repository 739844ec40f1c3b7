#include "runtime/io/json_events.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

using json = nlohmann::json;

/// Every value that is not looked for goes to other().
class Events : public json::json_sax_t {
public:
    bool null() override { return other(); }
    bool boolean(bool) override { return other(); }
    bool number_integer(json::number_integer_t) override { return other(); }
    bool number_unsigned(json::number_unsigned_t) override { return other(); }
    bool number_float(json::number_float_t, const json::string_t&) override { return other(); }
    bool string(json::string_t&) override { return other(); }
    bool binary(json::binary_t&) override { return other(); }
    bool start_object(std::size_t) override { return other(); }
    bool key(json::string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return other(); }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const json::exception& e) override { throw Error(e.what()); }

    virtual bool other() = 0;
};

class HeaderEvents final : public Events {
public:
    explicit HeaderEvents(SafetensorsHeader& header) : header_(header) {}

    bool number_integer(json::number_integer_t value) override { return number(value); }
    bool number_unsigned(json::number_unsigned_t value) override {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return other();
        return number(static_cast<std::int64_t>(value));
    }
    bool string(json::string_t& text) override {
        if (depth_ == 2 && in_metadata_)
            header_.metadata[key_] = text;
        else if (depth_ == 2 && key_ == "dtype")
            header_.tensors.back().dtype = text;
        else
            return other();
        seen_.insert(key_);
        return true;
    }
    bool key(json::string_t& name) override {
        if (depth_ == 1) name_ = name;
        if (depth_ == 2) key_ = name;
        return true;
    }
    bool start_object(std::size_t) override {
        if (depth_ >= 2) other();
        if (depth_ == 1) {
            in_metadata_ = name_ == "__metadata__";
            seen_.clear();
            if (!names_.insert(name_).second) throw Error("'" + name_ + "' is there twice");
            if (!in_metadata_) header_.tensors.push_back({name_, "", {}, {}});
        }
        ++depth_;
        return true;
    }
    bool end_object() override {
        --depth_;
        for (const char* needed : {"dtype", "shape", "data_offsets"})
            if (depth_ == 1 && !in_metadata_ && !seen_.contains(needed))
                throw Error("tensor '" + name_ + "' must have a " + needed);
        return true;
    }
    bool start_array(std::size_t) override {
        if (depth_ == 2 && !in_metadata_ && (key_ == "shape" || key_ == "data_offsets")) {
            list_ = key_ == "shape" ? &header_.tensors.back().shape : &header_.tensors.back().offsets;
            list_->clear();
            seen_.insert(key_);
        } else {
            other();
        }
        ++depth_;
        return true;
    }
    bool end_array() override {
        --depth_;
        list_ = nullptr;
        return true;
    }
    bool other() override {
        if (depth_ == 0) throw Error("it must be an object");
        if (depth_ == 1) throw Error("'" + name_ + "' must be an object");
        if (in_metadata_) throw Error("what belongs to '" + key_ + "' of the metadata must be a text");
        if (list_ || (depth_ == 2 && (key_ == "dtype" || key_ == "shape" || key_ == "data_offsets")))
            throw Error("tensor '" + name_ + "' has another kind of " + key_);
        return true;
    }

private:
    bool number(std::int64_t value) {
        if (!list_) return other();
        list_->push_back(value);
        return true;
    }

    SafetensorsHeader& header_;
    int depth_ = 0;
    bool in_metadata_ = false;
    std::string name_, key_;
    std::set<std::string> names_, seen_;
    std::vector<std::int64_t>* list_ = nullptr;
};

/// A list of one kind of values.
template <class T> class ListEvents final : public Events {
public:
    explicit ListEvents(std::vector<T>& list) : list_(list) {}

    bool start_array(std::size_t) override { return std::exchange(begun_, true) ? other() : true; }
    bool string(json::string_t& text) override { return add(text); }
    bool number_integer(json::number_integer_t value) override { return add(static_cast<double>(value)); }
    bool number_unsigned(json::number_unsigned_t value) override { return add(static_cast<double>(value)); }
    bool number_float(json::number_float_t value, const json::string_t&) override { return add(value); }
    bool other() override { throw Error("it must be a list of texts, or of numbers"); }

private:
    template <class V> bool add(const V& value) {
        if constexpr (std::is_same_v<V, T>)
            if (begun_) return list_.push_back(value), true;
        return other();
    }

    std::vector<T>& list_;
    bool begun_ = false;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> text) {
    SafetensorsHeader header;
    HeaderEvents events(header);
    try {
        json::sax_parse(text.begin(), text.end(), &events);
    } catch (const Error& e) {
        throw Error(std::string("its header is not in order: ") + e.what());
    }
    return header;
}

std::vector<std::string> parse_json_texts(std::string_view text) {
    std::vector<std::string> list;
    ListEvents<std::string> events(list);
    json::sax_parse(text.begin(), text.end(), &events);
    return list;
}

std::vector<double> parse_json_numbers(std::string_view text) {
    std::vector<double> list;
    ListEvents<double> events(list);
    json::sax_parse(text.begin(), text.end(), &events);
    return list;
}

std::string json_text(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tn
