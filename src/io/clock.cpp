#include "io/clock.h"

namespace sumac::io {

LocalTime now() {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return LocalTime{std::chrono::duration_cast<Duration>(since_boot)};
}

} // namespace sumac::io
