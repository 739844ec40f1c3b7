// After construction a training step allocates nothing.
#define BOOST_TEST_MODULE allocation
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

#include "dsl/typenet.hpp"
#include "runtime/train/model.hpp"

std::atomic<long> allocations{0};

void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size)) return p;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t align) {
    ++allocations;
    const auto a = static_cast<std::size_t>(align);
    if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
    throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

using namespace tn;
using N = Net<Image<1, 16, 16>, Batch<8>,
              Seq<Conv<4, 3>, BN, Relu, Pool<2>, Residual<Conv<4, 3>, Relu>, Dense<16>, Relu, Dropout<30>, Dense<3>>,
              SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(a_step_allocates_nothing) {
    cpu::Backend backend(4);
    Model<N, Adam> model(backend);
    model.train(8, Adam{});
    const long before = allocations;
    for (int i = 0; i < 3; ++i) {
        model.train(8 - i, Adam{});
        model.evaluate(5);
        model.predict(1);
    }
    BOOST_TEST(allocations == before);
}
