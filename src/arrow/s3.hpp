// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_ARROW_S3_HPP
#define FLOWLOG_SRC_ARROW_S3_HPP

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/filesystem/filesystem.h>
#include <arrow/filesystem/s3fs.h>
#include <arrow/result.h>

#include <flowlog/detail/arrow_module.hpp>

namespace flowlog_arrow {

/// While it lives, requests of this thread are made once, whatever the store's retries are.
class no_retries {
public:
    no_retries();
    no_retries(no_retries const&) = delete;
    auto operator=(no_retries const&) -> no_retries& = delete;
    ~no_retries();
};

/// A bucket of S3, in the region where it is believed to be.
struct s3_connection {
    /// Connects as the tools of AWS do: credentials, region and endpoint come from the options, the
    /// environment or the profile. Starts the S3 client if this is the first connection.
    static auto open(std::string const& bucket, flowlog::detail::module_store_options const& how)
        -> arrow::Result<s3_connection>;

    /// A connection to the region that a failed request named, or that S3 names if it is asked;
    /// none if that is no other region.
    [[nodiscard]] auto followed(std::string const& path, arrow::Status const& why) const
        -> std::optional<s3_connection>;

    arrow::fs::S3Options options{};
    bool is_aws = true;  ///< no other server was chosen
    std::shared_ptr<arrow::fs::FileSystem> files{};
};

/// The value of a key of a section in a file of settings such as ~/.aws/config; empty if there is
/// none.
auto setting_in(std::string const& file, std::string_view section, std::string_view key)
    -> std::string;

/// Ends the S3 client if it was started.
void shut_down_s3();

}  // namespace flowlog_arrow

#endif
