/// Errors as values: `Result<T>` for what can fail because of the peer, the world or the user.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sumac {

/// What the caller can do about it, not where it happened.
enum class ErrorCode {
    truncated,   ///< the data ends too early and will never be complete
    invalid,     ///< the data, or what the user gave, can never be right
    unsupported, ///< right, but not something we do
    limit,       ///< larger than a documented limit
    closed,      ///< the peer closed the connection
    refused,     ///< the peer, or the operating system on its behalf, said no
    denied,      ///< the peer did not take our password: another one may help
    timed_out,   ///< a deadline passed
    system,      ///< the operating system or a library failed
};

std::string_view to_string(ErrorCode code);

/// A low-level error. Cheap to copy: `text` is a string literal. Context is added on the way up.
struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string_view text;
    std::size_t offset =
        0; ///< byte offset in the input where it was noticed; 0 where there is none
    bool operator==(const Error&) const = default;
};

/// An error as a person reads it: one line, what, where, why and what to do.
struct Failure {
    ErrorCode code = ErrorCode::invalid;
    std::string message; ///< what failed, where and why; no line break
    std::string advice;  ///< what to do; may be empty
    bool operator==(const Failure&) const = default;
    /// "message; advice" in one line.
    std::string line() const;
};

/// Either a value or an error; std::expected's spelling, which C++20 does not have.
template <class T, class E = Error>
class [[nodiscard]] Result {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): `return value;` and `return error;` are the
    // point
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor): see above
    Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const { return content_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    /// The value; undefined (asserted in debug builds) if there is none.
    T& operator*() & { return *held(std::get_if<0>(&content_)); }
    const T& operator*() const& { return *held(std::get_if<0>(&content_)); }
    T&& operator*() && { return std::move(*held(std::get_if<0>(&content_))); }
    T* operator->() { return held(std::get_if<0>(&content_)); }
    const T* operator->() const { return held(std::get_if<0>(&content_)); }

    /// The error; undefined if there is none.
    const E& error() const { return *held(std::get_if<1>(&content_)); }

private:
    /// Says that it is there: UBSan checks it, the optimiser relies on it, and g++ stops warning
    /// of the null pointer that get_if might have been.
    template <class Content>
    static Content* held(Content* content) {
        if (content == nullptr) __builtin_unreachable();
        return content;
    }

    std::variant<T, E> content_;
};

/// A Result without a value.
struct Done {
    bool operator==(const Done&) const = default;
};

} // namespace sumac
