/// Runs the simulations. How many schedules each property is tried with, and from which seed:
///
///     SUMAC_SIM_SCHEDULES=1000000 SUMAC_SIM_SEED=7 ./sim
///
/// Without them 10,000 from seed 1, so that a failure can be seen again; a failing schedule is
/// printed in its smallest form. RC_PARAMS, rapidcheck's own variable, overrides both.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

std::string setting(const char* name, const char* fallback) {
    const char* const value = std::getenv(name);
    return value ? value : fallback;
}

} // namespace

int main(int argc, char** argv) {
    const std::string parameters = "max_success=" + setting("SUMAC_SIM_SCHEDULES", "10000") +
                                   " seed=" + setting("SUMAC_SIM_SEED", "1");
    setenv("RC_PARAMS", parameters.c_str(), 0);
    std::cout << "RC_PARAMS=\"" << std::getenv("RC_PARAMS") << "\"\n";
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
