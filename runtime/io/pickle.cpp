#include "runtime/io/pickle.hpp"

#include <fmt/format.h>

#include <bit>
#include <map>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

using Kind = PickleValue::Kind;
constexpr int mark = -1;  // on the stack

/// The machine that a pickle is a program for, with the instructions that build data.
class Reader {
public:
    Reader(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    Pickle read() {
        while (step(byte()))
            ;
        pickle_.root = pop();
        pickle_.size = at_;
        return std::move(pickle_);
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(fmt::format("{}: the pickle is damaged or of another kind: {}", name_, reason));
    }

    /// Carries out one instruction; false for the one that ends the program.
    bool step(std::uint8_t code) {
        switch (code) {
            case 0x80: byte(); break;     // PROTO
            case 0x95: number(8); break;  // FRAME
            case '.': return false;       // STOP
            case '(': stack_.push_back(mark); break;
            case '0': pop(); break;  // POP
            case 'N': push({}); break;
            case 0x88: push({.kind = Kind::boolean, .integer = 1, .text{}}); break;
            case 0x89: push({.kind = Kind::boolean, .integer = 0, .text{}}); break;
            case 'K': push_integer(number(1)); break;
            case 'M': push_integer(number(2)); break;
            case 'J': push_integer(static_cast<std::int32_t>(number(4))); break;
            case 0x8a: push_long(number(1)); break;
            case 'G': push_real(); break;
            case 'X': push_text(number(4)); break;   // BINUNICODE
            case 0x8c: push_text(number(1)); break;  // SHORT_BINUNICODE
            case 0x8d: push_text(number(8)); break;  // BINUNICODE8
            case 'T': push_text(number(4)); break;   // BINSTRING
            case 'U': push_text(number(1)); break;   // SHORT_BINSTRING
            case ')': push_sequence({}); break;
            case ']': push_sequence({}); break;
            case '}': push({.kind = Kind::dictionary, .text{}}); break;
            case 't': push_sequence(pop_to_mark()); break;
            case 'l': push_sequence(pop_to_mark()); break;
            case 0x85: push_sequence(pop_many(1)); break;
            case 0x86: push_sequence(pop_many(2)); break;
            case 0x87: push_sequence(pop_many(3)); break;
            case 'a': append(pop_many(1)); break;
            case 'e': append(pop_to_mark()); break;
            case 's': set_items(pop_many(2)); break;
            case 'u': set_items(pop_to_mark()); break;
            case 'q': memo_[number(1)] = top(); break;
            case 'r': memo_[number(4)] = top(); break;
            case 0x94: memo_[memo_.size()] = top(); break;  // MEMOIZE
            case 'h': recall(number(1)); break;
            case 'j': recall(number(4)); break;
            case 'c': named_global(); break;
            case 0x93: stack_global(); break;
            case 'R': call(); break;
            case 'b': pop(); break;  // BUILD: the attributes of what is built, such as _metadata
            case 'Q': push({.kind = Kind::persistent, .text{}, .items = {pop()}}); break;
            default: fail(fmt::format("it uses the instruction {:#04x}, which a file of weights does not need", code));
        }
        return true;
    }

    std::uint8_t byte() {
        if (at_ == bytes_.size()) fail("it is cut off");
        return bytes_[at_++];
    }
    std::uint64_t number(int size) {
        std::uint64_t value = 0;
        for (int i = 0; i < size; ++i) value |= std::uint64_t{byte()} << (8 * i);
        return value;
    }
    std::string bytes(std::uint64_t size) {
        if (size > bytes_.size() - at_) fail("it is cut off");
        const auto part = bytes_.subspan(at_, size);
        at_ += size;
        return {part.begin(), part.end()};
    }
    std::string line() {
        std::string text;
        for (std::uint8_t c = byte(); c != '\n'; c = byte()) text += static_cast<char>(c);
        return text;
    }

    void push(PickleValue value) {
        pickle_.values.push_back(std::move(value));
        stack_.push_back(static_cast<int>(pickle_.values.size()) - 1);
    }
    void push_integer(std::uint64_t value) {
        push({.kind = Kind::integer, .integer = static_cast<std::int64_t>(value), .text{}});
    }
    void push_integer(std::int32_t value) { push({.kind = Kind::integer, .integer = value, .text{}}); }
    void push_real() {
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
        push({.kind = Kind::real, .real = std::bit_cast<double>(bits), .text{}});
    }
    void push_text(std::uint64_t size) { push({.kind = Kind::text, .text = bytes(size)}); }
    void push_sequence(std::vector<int> items) { push({.kind = Kind::sequence, .text{}, .items = std::move(items)}); }
    void push_global(const std::string& module, const std::string& name) {
        push({.kind = Kind::global, .text = module + " " + name});
    }

    /// A number of any size in two's complement. What is over 64 bits becomes text: the magic number of torch.save.
    void push_long(std::uint64_t size) {
        const std::string text = bytes(size);
        if (size > 8) return push({.kind = Kind::text, .text = text});
        std::uint64_t value = size > 0 && (text.back() & 0x80) ? ~std::uint64_t{0} : 0;
        for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(text[i]);
        push_integer(value);
    }

    int top() const {
        if (stack_.empty() || stack_.back() == mark) fail("it takes what is not there");
        return stack_.back();
    }
    int pop() {
        const int value = top();
        stack_.pop_back();
        return value;
    }
    std::vector<int> pop_many(int count) {
        std::vector<int> items(static_cast<std::size_t>(count));
        for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
        return items;
    }
    std::vector<int> pop_to_mark() {
        std::size_t from = stack_.size();
        while (from > 0 && stack_[from - 1] != mark) --from;
        if (from == 0) fail("a mark is missing");
        std::vector<int> items(stack_.begin() + static_cast<std::ptrdiff_t>(from), stack_.end());
        stack_.resize(from - 1);
        return items;
    }

    PickleValue& top_of(Kind kind) {
        PickleValue& value = pickle_.values[static_cast<std::size_t>(top())];
        if (value.kind != kind) fail("something is put where it cannot be");
        return value;
    }
    void append(const std::vector<int>& items) {
        auto& to = top_of(Kind::sequence).items;
        to.insert(to.end(), items.begin(), items.end());
    }
    void set_items(const std::vector<int>& items) {
        if (items.size() % 2 != 0) fail("a key has no value");
        auto& to = top_of(Kind::dictionary).entries;
        for (std::size_t i = 0; i < items.size(); i += 2) to.emplace_back(items[i], items[i + 1]);
    }
    void recall(std::uint64_t key) {
        const auto found = memo_.find(key);
        if (found == memo_.end()) fail("it names what it has not kept");
        stack_.push_back(found->second);
    }

    const std::string& text_of(int value) const {
        if (pickle_.at(value).kind != Kind::text) fail("a name is not a text");
        return pickle_.at(value).text;
    }
    void named_global() {
        const std::string module = line();
        push_global(module, line());
    }
    void stack_global() {
        const std::vector<int> names = pop_many(2);
        push_global(text_of(names[0]), text_of(names[1]));
    }

    void call() {
        const std::vector<int> both = pop_many(2);
        const PickleValue &what = pickle_.at(both[0]), &arguments = pickle_.at(both[1]);
        if (what.kind != Kind::global || arguments.kind != Kind::sequence) fail("something is called that is no name");
        if (what.text == "collections OrderedDict" && arguments.items.empty())
            return push({.kind = Kind::dictionary, .text{}});
        push({.kind = Kind::call, .text{}, .items = both});
    }

    std::span<const std::uint8_t> bytes_;
    const std::string& name_;
    std::size_t at_ = 0;
    Pickle pickle_;
    std::vector<int> stack_;
    std::map<std::uint64_t, int> memo_;
};

}  // namespace

int Pickle::find(const PickleValue& dictionary, const std::string& key) const {
    for (const auto& [k, value] : dictionary.entries)
        if (at(k).kind == Kind::text && at(k).text == key) return value;
    return -1;
}

Pickle read_pickle(std::span<const std::uint8_t> bytes, const std::string& name) { return Reader(bytes, name).read(); }

}  // namespace tn
