// A function of one variable as a value, so that it can be an attribute of an operation and a template argument.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace tn {

/// A float as its bits: clang 14 has no floating-point template arguments.
struct FloatBits {
    std::uint32_t bits = 0;

    constexpr FloatBits() = default;
    constexpr FloatBits(float value) : bits(std::bit_cast<std::uint32_t>(value)) {}
    constexpr FloatBits(double value) : FloatBits(static_cast<float>(value)) {}
    constexpr FloatBits(int value) : FloatBits(static_cast<float>(value)) {}
    /// Of these bits: as nvcc writes template arguments down.
    explicit constexpr FloatBits(std::uint32_t value) : bits(value) {}
    constexpr operator float() const { return std::bit_cast<float>(bits); }
    constexpr bool operator==(const FloatBits&) const = default;
};

/// A formula in x, as in `x * sigmoid(x)` or `max(x, 0.1_c * x)`: its steps in postfix order, x and constants, then
/// what is done with them. At most 24 steps and 6 constants; one that is longer fits() not, and no layer takes it.
/// Packed into numbers, since nvcc cannot write arrays of template arguments down.
struct Expression {
    enum Code : std::uint8_t {
        none,
        variable,
        constant,
        add,
        subtract,
        multiply,
        divide,
        minimum,
        maximum,
        negate,
        absolute,
        square_root,
        exponential,
        exponential_minus_1,
        logarithm,
        hyperbolic_tangent,
        error_function,
        logistic,
        soft_plus
    };
    static constexpr int code_bits = 5, codes_per_word = 12, capacity = 2 * codes_per_word, most_constants = 6;

    int size = 0, constants = 0;
    std::uint64_t first_codes = 0, last_codes = 0;
    FloatBits constant_0{}, constant_1{}, constant_2{}, constant_3{}, constant_4{}, constant_5{};

    constexpr Expression() = default;
    /// A constant, rounded to float.
    constexpr Expression(double value) : Expression(Expression{}.then(constant)) {
        constant_0 = FloatBits(value);
        constants = 1;
    }
    /// Of these members: as nvcc writes template arguments down.
    explicit constexpr Expression(int steps, int numbers, std::uint64_t first, std::uint64_t last, FloatBits c0,
                                  FloatBits c1, FloatBits c2, FloatBits c3, FloatBits c4, FloatBits c5)
        : size(steps),
          constants(numbers),
          first_codes(first),
          last_codes(last),
          constant_0(c0),
          constant_1(c1),
          constant_2(c2),
          constant_3(c3),
          constant_4(c4),
          constant_5(c5) {}

    constexpr bool operator==(const Expression&) const = default;

    constexpr bool fits() const { return size > 0 && size <= capacity && constants <= most_constants; }

    /// The step's code, from 0 on; and the number of the constant that a step of code `constant` stands for.
    constexpr Code code(int step) const {
        const std::uint64_t word = step < codes_per_word ? first_codes : last_codes;
        return static_cast<Code>(word >> (code_bits * (step % codes_per_word)) & 31);
    }
    constexpr float value(int step) const {
        int before = 0;
        for (int i = 0; i < step; ++i) before += code(i) == constant;
        return Expression{*this}.constant_at(before);
    }

    /// How many values a step of this code takes from the steps before it.
    static constexpr int operands(Code code) {
        if (code <= constant) return 0;
        return code <= maximum ? 2 : 1;
    }
    /// How many steps belong to the operand that ends with step `last`, which counts as well.
    constexpr int operand_size(int last) const {
        int open = 1, step = last;
        for (; open > 0 && step >= 0; --step) open += operands(code(step)) - 1;
        return last - step;
    }
    /// Whether x is among the steps of the operand that ends with step `last`.
    constexpr bool depends_on_x(int last) const {
        bool found = false;
        for (int i = last - operand_size(last) + 1; i <= last; ++i) found = found || code(i) == variable;
        return found;
    }

    constexpr Expression then(Code c) const {
        Expression e = *this;
        if (e.size < capacity)
            (e.size < codes_per_word ? e.first_codes : e.last_codes) |= std::uint64_t{c}
                                                                        << (code_bits * (e.size % codes_per_word));
        ++e.size;
        return e;
    }
    constexpr Expression and_all_of(const Expression& other) const {
        Expression e = *this;
        if (!other.fits()) e.size = capacity;  // together they do not fit either
        for (int i = 0; i < other.size && i < capacity; ++i) {
            e = e.then(other.code(i));
            if (other.code(i) == constant && e.constants++ < most_constants)
                e.constant_at(e.constants - 1) = other.value(i);
        }
        return e;
    }

    friend constexpr Expression operator+(const Expression& a, const Expression& b) {
        return a.and_all_of(b).then(add);
    }
    friend constexpr Expression operator-(const Expression& a, const Expression& b) {
        return a.and_all_of(b).then(subtract);
    }
    friend constexpr Expression operator*(const Expression& a, const Expression& b) {
        return a.and_all_of(b).then(multiply);
    }
    friend constexpr Expression operator/(const Expression& a, const Expression& b) {
        return a.and_all_of(b).then(divide);
    }
    friend constexpr Expression operator-(const Expression& a) { return a.then(negate); }

    /// The smaller and the larger of the two; a NaN on the left stays, one on the right does not. Where they are equal,
    /// the derivative is that of b: so max(x, 0) has the slope 0 at 0, and max(x, 0.1 x) 0.1, as in PyTorch.
    friend constexpr Expression min(const Expression& a, const Expression& b) { return a.and_all_of(b).then(minimum); }
    friend constexpr Expression max(const Expression& a, const Expression& b) { return a.and_all_of(b).then(maximum); }

    /// |a|; the derivative at 0 is 0.
    friend constexpr Expression abs(const Expression& a) { return a.then(absolute); }
    friend constexpr Expression sqrt(const Expression& a) { return a.then(square_root); }
    friend constexpr Expression exp(const Expression& a) { return a.then(exponential); }
    /// exp(a) - 1, also where a is near 0.
    friend constexpr Expression expm1(const Expression& a) { return a.then(exponential_minus_1); }
    friend constexpr Expression log(const Expression& a) { return a.then(logarithm); }
    friend constexpr Expression tanh(const Expression& a) { return a.then(hyperbolic_tangent); }
    friend constexpr Expression erf(const Expression& a) { return a.then(error_function); }
    /// 1 / (1 + exp(-a)).
    friend constexpr Expression sigmoid(const Expression& a) { return a.then(logistic); }
    /// log(1 + exp(a)).
    friend constexpr Expression softplus(const Expression& a) { return a.then(soft_plus); }

    constexpr FloatBits& constant_at(int i) {
        switch (i) {
            case 0: return constant_0;
            case 1: return constant_1;
            case 2: return constant_2;
            case 3: return constant_3;
            case 4: return constant_4;
            default: return constant_5;
        }
    }
};

/// The variable of every expression.
inline constexpr Expression x = Expression{}.then(Expression::variable);

inline namespace literals {
/// A constant of an expression, as in 0.1_c * x.
constexpr Expression operator""_c(long double value) { return static_cast<double>(value); }
constexpr Expression operator""_c(unsigned long long value) { return static_cast<double>(value); }
}  // namespace literals

}  // namespace tn
