/// A session's report as JSON; other programs rely on the names.
#pragma once

#include <sumac/report.h>
#include <sumac/result.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>

namespace sumac::tool {

/// What this process has used so far.
struct ProcessUse {
    double cpu_s = 0; ///< user and system
    std::int64_t peak_rss_kib = 0;
};
ProcessUse process_use();

/// Figures that were not measured are null.
nlohmann::ordered_json report_json(const SessionReport& report,
                                   const std::optional<Failure>& failure,
                                   double duration_s,
                                   const ProcessUse& process);

} // namespace sumac::tool
