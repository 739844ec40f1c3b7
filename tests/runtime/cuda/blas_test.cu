// What is asked of cuBLASLt, in which order, and what follows when it refuses: a part of cuBLASLt is replaced here, so
// this runs without a GPU.
#define BOOST_TEST_MODULE cuda_blas
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/cuda/blas.cuh"

using namespace tn;
using cuda::Blas;
using cuda::Precision;
using cuda::Product;

namespace {

/// What a description of a product says.
struct Asked {
    cublasComputeType_t compute{};
    cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
    const void* beside = nullptr;  ///< the bias, or the sums of b

    bool plain() const { return epilogue == CUBLASLT_EPILOGUE_DEFAULT; }
    bool operator==(const Asked& other) const { return compute == other.compute && epilogue == other.epilogue; }
};

Asked read(cublasLtMatmulDesc_t description) {
    Asked asked;
    const auto get = [&](cublasLtMatmulDescAttributes_t attribute, auto& value) {
        std::size_t bytes = 0;
        BOOST_REQUIRE(cublasLtMatmulDescGetAttribute(description, attribute, &value, sizeof(value), &bytes) ==
                      CUBLAS_STATUS_SUCCESS);
    };
    get(CUBLASLT_MATMUL_DESC_COMPUTE_TYPE, asked.compute);
    get(CUBLASLT_MATMUL_DESC_EPILOGUE, asked.epilogue);
    get(CUBLASLT_MATMUL_DESC_BIAS_POINTER, asked.beside);
    return asked;
}

/// What cuBLAS answers, and what it was asked.
struct Fake {
    std::function<cublasStatus_t(const Asked&)> chooses = [](const Asked&) { return CUBLAS_STATUS_SUCCESS; };
    std::function<cublasStatus_t(const Asked&)> runs = [](const Asked&) { return CUBLAS_STATUS_SUCCESS; };
    int algorithms = 1;
    std::vector<Asked> chosen, run;
};
Fake fake;

}  // namespace

extern "C" {

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
    static int place;
    *handle = reinterpret_cast<cublasLtHandle_t>(&place);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t) { return CUBLAS_STATUS_SUCCESS; }

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t description,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                              cublasLtMatrixLayout_t, cublasLtMatmulPreference_t, int,
                                              cublasLtMatmulHeuristicResult_t*, int* found) {
    fake.chosen.push_back(read(description));
    const cublasStatus_t status = fake.chooses(fake.chosen.back());
    *found = status == CUBLAS_STATUS_SUCCESS ? fake.algorithms : 0;
    return status;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t description, const void*, const void*,
                              cublasLtMatrixLayout_t, const void*, cublasLtMatrixLayout_t, const void*, const void*,
                              cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, const cublasLtMatmulAlgo_t*, void*,
                              std::size_t, cudaStream_t) {
    fake.run.push_back(read(description));
    return fake.runs(fake.run.back());
}

}  // extern "C"

namespace {

constexpr auto bf16 = CUBLAS_COMPUTE_32F_FAST_16BF, tf32 = CUBLAS_COMPUTE_32F_FAST_TF32, fp32 = CUBLAS_COMPUTE_32F;
constexpr auto no_epilogue = CUBLASLT_EPILOGUE_DEFAULT, bias = CUBLASLT_EPILOGUE_BIAS, sums = CUBLASLT_EPILOGUE_BGRADB;

/// Starts every test with a cuBLAS that can do everything.
struct Fresh {
    Fresh() { fake = {}; }

    float memory[64] = {};
    Product plain{true, false, 3, 1, 7, memory, memory, 7, 7, 3, memory};
    Product biased() {
        Product p = plain;
        p.bias = memory + 32;
        return p;
    }
    Product summed() {
        Product p = plain;
        p.sums_of_b = memory + 40;
        return p;
    }
};

cublasStatus_t only_plain(const Asked& asked) {
    return asked.plain() ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}
cublasStatus_t fails(const Asked&) { return CUBLAS_STATUS_EXECUTION_FAILED; }

std::string failure(Blas& blas, const Product& product) {
    try {
        blas.multiply(product);
    } catch (const Error& e) {
        return e.what();
    }
    return "no failure";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(blas, Fresh)

BOOST_AUTO_TEST_CASE(the_wanted_precision_and_the_epilogue_go_first) {
    Blas blas(Precision::bf16, nullptr, nullptr);
    BOOST_TEST(blas.multiply(biased()));
    BOOST_TEST(blas.multiply(summed()));
    BOOST_TEST(blas.multiply(plain));
    BOOST_TEST((fake.run == std::vector<Asked>{{bf16, bias}, {bf16, sums}, {bf16, no_epilogue}}));
    BOOST_TEST((fake.chosen == fake.run));
}

BOOST_AUTO_TEST_CASE(a_precision_that_cublas_lacks_gives_way_to_a_higher_one) {
    const auto asked_in = [&](Precision precision) {
        fake.chosen.clear();
        Blas blas(precision, nullptr, nullptr);
        const std::string said = failure(blas, plain);
        BOOST_TEST(said == std::string("cuBLAS: no algorithm for a product of 3 x 7 x 1 (m x k x n): ") +
                               cublasLtGetStatusString(CUBLAS_STATUS_NOT_SUPPORTED));
        std::vector<cublasComputeType_t> types;
        for (const Asked& a : fake.chosen) types.push_back(a.compute);
        return types;
    };
    fake.chooses = [](const Asked&) { return CUBLAS_STATUS_NOT_SUPPORTED; };
    BOOST_TEST((asked_in(Precision::bf16) == std::vector{bf16, tf32, fp32}));
    BOOST_TEST((asked_in(Precision::tf32) == std::vector{tf32, fp32}));
    BOOST_TEST((asked_in(Precision::fp32) == std::vector{fp32}));
    // A status of success without an algorithm is a refusal, too.
    fake.chooses = [](const Asked&) { return CUBLAS_STATUS_SUCCESS; };
    fake.algorithms = 0;
    BOOST_TEST((asked_in(Precision::tf32) == std::vector{tf32, fp32}));
    BOOST_TEST(fake.run.empty());
}

BOOST_AUTO_TEST_CASE(the_epilogue_is_kept_at_a_higher_precision) {
    fake.chooses = [](const Asked& asked) {
        return asked.compute == fp32 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
    };
    Blas blas(Precision::bf16, nullptr, nullptr);
    BOOST_TEST(blas.multiply(biased()));
    BOOST_TEST((fake.run == std::vector<Asked>{{fp32, bias}}));
}

BOOST_AUTO_TEST_CASE(an_epilogue_without_an_algorithm_is_left_out) {
    fake.chooses = only_plain;
    Blas blas(Precision::tf32, nullptr, nullptr);
    BOOST_TEST(!blas.multiply(biased()));
    BOOST_TEST((fake.chosen == std::vector<Asked>{{tf32, bias}, {fp32, bias}, {tf32, no_epilogue}}));
    BOOST_TEST((fake.run == std::vector<Asked>{{tf32, no_epilogue}}));
    fake.chosen.clear();
    BOOST_TEST(!blas.multiply(biased()));
    BOOST_TEST(blas.multiply(plain));
    BOOST_TEST(fake.chosen.empty(), "the answer is kept");
    BOOST_TEST(!blas.multiply(summed()));
}

BOOST_AUTO_TEST_CASE(an_epilogue_that_fails_when_it_runs_is_left_out_from_then_on) {
    fake.runs = only_plain;
    Blas blas(Precision::fp32, nullptr, nullptr);
    BOOST_TEST(!blas.multiply(summed()));
    BOOST_TEST(!blas.multiply(summed()));
    BOOST_TEST((fake.run == std::vector<Asked>{{fp32, sums}, {fp32, no_epilogue}, {fp32, no_epilogue}}));
}

BOOST_AUTO_TEST_CASE(a_plain_product_that_fails_is_an_error) {
    fake.runs = fails;
    Blas blas(Precision::fp32, nullptr, nullptr);
    const std::string wanted = std::string("cuBLAS: a product of 3 x 7 x 1 (m x k x n): ") +
                               cublasLtGetStatusString(CUBLAS_STATUS_EXECUTION_FAILED);
    BOOST_TEST(failure(blas, plain) == wanted);
    BOOST_TEST(failure(blas, biased()) == wanted);
}

BOOST_AUTO_TEST_CASE(a_plan_serves_every_bias_of_its_shape) {
    Blas blas(Precision::fp32, nullptr, nullptr);
    Product p = biased();
    for (int i = 0; i < 2; ++i, ++p.bias) {
        BOOST_TEST(blas.multiply(p));
        BOOST_TEST(fake.run.back().beside == p.bias);
    }
    BOOST_TEST(fake.chosen.size() == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_is_planned_while_a_graph_is_recorded) {
    Blas blas(Precision::fp32, nullptr, nullptr);
    blas.records(true);
    BOOST_TEST(failure(blas, plain) ==
               "cuBLAS: a product of 3 x 7 x 1 (m x k x n) cannot be recorded before it has run once");
    blas.records(false);
    fake.runs = only_plain;
    BOOST_TEST(!blas.multiply(biased()));
    blas.records(true);
    fake.chosen.clear();
    BOOST_TEST(!blas.multiply(biased()));
    BOOST_TEST(blas.multiply(plain));
    BOOST_TEST(fake.chosen.empty());
}

BOOST_AUTO_TEST_SUITE_END()
