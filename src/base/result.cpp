#include <sumac/result.h>

namespace sumac {

std::string_view to_string(ErrorCode code) {
    switch (code) {
    case ErrorCode::truncated:
        return "truncated";
    case ErrorCode::invalid:
        return "invalid";
    case ErrorCode::unsupported:
        return "unsupported";
    case ErrorCode::limit:
        return "limit";
    case ErrorCode::closed:
        return "closed";
    case ErrorCode::refused:
        return "refused";
    case ErrorCode::denied:
        return "denied";
    case ErrorCode::timed_out:
        return "timed out";
    case ErrorCode::system:
        return "system";
    }
    return "unknown";
}

std::string Failure::line() const {
    return advice.empty() ? message : message + "; " + advice;
}

} // namespace sumac
