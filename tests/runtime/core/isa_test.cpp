#define BOOST_TEST_MODULE isa
#include "runtime/core/isa.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "runtime/core/error.hpp"

using namespace tn;

namespace {

std::string error_of(const std::string& name) {
    try {
        parse_isa(name);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

constexpr Isa all_sets[] = {Isa::portable, Isa::avx2, Isa::avx512};

}  // namespace

BOOST_AUTO_TEST_CASE(portable_and_the_best_are_there) {
    BOOST_TEST(available(Isa::portable));
    BOOST_TEST(available(best_isa()));
    for (Isa isa : all_sets)
        if (available(isa)) BOOST_TEST(static_cast<int>(isa) <= static_cast<int>(best_isa()));
}

BOOST_AUTO_TEST_CASE(names_are_read_back) {
    BOOST_TEST(name(Isa::portable) == "portable");
    BOOST_TEST(name(Isa::avx2) == "avx2");
    BOOST_TEST(name(Isa::avx512) == "avx512");
    BOOST_TEST((parse_isa("best") == best_isa()));
    for (Isa isa : all_sets)
        if (available(isa)) BOOST_TEST((parse_isa(name(isa)) == isa));
}

BOOST_AUTO_TEST_CASE(one_that_is_not_there_is_an_error_that_says_what_is) {
    for (Isa isa : all_sets) {
        if (available(isa)) continue;
        BOOST_TEST(error_of(name(isa)) == "the instruction set " + std::string(name(isa)) +
                                              " was asked for, but this CPU has " + name(best_isa()));
        BOOST_CHECK_THROW(require(isa), Error);
    }
    BOOST_CHECK_THROW(require(static_cast<Isa>(7)), Error);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_an_error) {
    BOOST_TEST(error_of("sse9") == "the instruction set must be best, portable, avx2 or avx512, not \"sse9\"");
    BOOST_TEST(error_of("") == "the instruction set must be best, portable, avx2 or avx512, not \"\"");
    BOOST_TEST(error_of("AVX2").find("not \"AVX2\"") != std::string::npos);
}
