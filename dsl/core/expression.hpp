// A function of one variable as a value, so that it can be an attribute of an operation and a template argument.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tn {

/// A float as its bits: clang 14 has no floating-point template arguments.
struct FloatBits {
    std::uint32_t bits = 0;

    constexpr FloatBits() = default;
    constexpr FloatBits(float value) : bits(std::bit_cast<std::uint32_t>(value)) {}
    constexpr operator float() const { return std::bit_cast<float>(bits); }
    constexpr bool operator==(const FloatBits&) const = default;
};

/// The steps of the function in postfix order: x and constants, then what is done with them. Packed into numbers, since
/// nvcc cannot write arrays of template arguments down.
struct Expression {
    enum Code : std::uint8_t { none, variable, constant, maximum, logistic };
    static constexpr int code_bits = 5, codes_per_word = 12, capacity = 2 * codes_per_word, most_constants = 6;

    int size = 0, constants = 0;
    std::uint64_t first_codes = 0, last_codes = 0;
    FloatBits constant_0{}, constant_1{}, constant_2{}, constant_3{}, constant_4{}, constant_5{};

    constexpr bool operator==(const Expression&) const = default;

    static constexpr Expression x() { return Expression{}.then(variable); }
    static constexpr Expression number(float value) {
        Expression e = Expression{}.then(constant);
        e.constant_at(e.constants++) = value;
        return e;
    }

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

    constexpr Expression then(Code c) const {
        Expression e = *this;
        (e.size < codes_per_word ? e.first_codes : e.last_codes) |= std::uint64_t{c}
                                                                    << (code_bits * (e.size % codes_per_word));
        ++e.size;
        return e;
    }
    constexpr Expression and_all_of(const Expression& other) const {
        Expression e = *this;
        for (int i = 0; i < other.size; ++i) {
            e = e.then(other.code(i));
            if (other.code(i) == constant) e.constant_at(e.constants++) = other.value(i);
        }
        return e;
    }

    /// The larger of the two; a NaN on the left stays, one on the right does not.
    friend constexpr Expression max(const Expression& a, const Expression& b) { return a.and_all_of(b).then(maximum); }

    /// 1 / (1 + exp(-a)).
    friend constexpr Expression sigmoid(const Expression& a) { return a.then(logistic); }

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

namespace detail {

/// How many steps of `e` belong to the operand that ends with step `last`.
constexpr int operand_size(const Expression& e, int last) {
    switch (e.code(last)) {
        case Expression::maximum: {
            const int right = operand_size(e, last - 1);
            return 1 + right + operand_size(e, last - 1 - right);
        }
        case Expression::logistic: return 1 + operand_size(e, last - 1);
        default: return 1;
    }
}

template <Expression E, int Last, class T> constexpr T evaluate_operand(T x) {
    constexpr Expression::Code code = E.code(Last);
    if constexpr (code == Expression::variable) {
        return x;
    } else if constexpr (code == Expression::constant) {
        constexpr float value = E.value(Last);
        return static_cast<T>(value);
    } else if constexpr (code == Expression::maximum) {
        constexpr int left_end = Last - 1 - operand_size(E, Last - 1);
        const T right = evaluate_operand<E, Last - 1>(x), left = evaluate_operand<E, left_end>(x);
        return left < right ? right : left;
    } else {
        static_assert(code == Expression::logistic);
        using std::exp;
        const T a = evaluate_operand<E, Last - 1>(x);
        return a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a));
    }
}

}  // namespace detail

/// The function's value at x.
template <Expression E, class T> constexpr T evaluate(T x) { return detail::evaluate_operand<E, E.size - 1>(x); }

namespace functions {
inline constexpr Expression relu = max(Expression::x(), Expression::number(0));
inline constexpr Expression sigmoid = Expression::x().then(Expression::logistic);
}  // namespace functions

}  // namespace tn
