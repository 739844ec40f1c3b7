// A program that is built without MPI does not train several models where one was asked for.
#define BOOST_TEST_MODULE no_mpi
#include "runtime/train/no_mpi.cpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "tests/runtime/temporary_folder.hpp"

using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(mpirun_is_refused_with_the_reason) {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
        ::unsetenv("OMPI_COMM_WORLD_SIZE");
        BOOST_TEST(!tn::launched_group());
        ::setenv(name, "1", 1);
        BOOST_TEST(!tn::launched_group());
        ::setenv(name, "4", 1);
        BOOST_TEST(contains(error_of([] { tn::launched_group(); }),
                            "mpirun has started 4 processes, but this program was built without MPI"));
        ::unsetenv(name);
    }
}
