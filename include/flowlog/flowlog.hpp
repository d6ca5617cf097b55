// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOWLOG_HPP
#define FLOWLOG_FLOWLOG_HPP

// Everything, except two things that a program includes by itself: `grammar`, because Boost.Spirit
// is slow to compile, and the components (gzip, zstd, ...), because they need other libraries.

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/columns.hpp>
#include <flowlog/aggregate/diff.hpp>
#include <flowlog/aggregate/difference.hpp>
#include <flowlog/aggregate/field_checker.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/in_out.hpp>
#include <flowlog/aggregate/key_reader.hpp>
#include <flowlog/aggregate/laws.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/aggregate/tags.hpp>
#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/scope.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/flow/service.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/decode_token.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/log_description.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/protocol_table.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/output/accounting.hpp>
#include <flowlog/output/csv.hpp>
#include <flowlog/output/diff.hpp>
#include <flowlog/output/encoder.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/numbers.hpp>
#include <flowlog/output/ranking.hpp>
#include <flowlog/output/record_options.hpp>
#include <flowlog/output/record_sorter.hpp>
#include <flowlog/output/records.hpp>
#include <flowlog/output/result_file.hpp>
#include <flowlog/output/result_folders.hpp>
#include <flowlog/output/rows.hpp>
#include <flowlog/output/text.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/query/views.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/folder_store.hpp>
#include <flowlog/source/inputs.hpp>
#include <flowlog/source/log_inputs.hpp>
#include <flowlog/source/log_objects.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/object_filter.hpp>
#include <flowlog/source/object_input.hpp>
#include <flowlog/source/object_key.hpp>
#include <flowlog/source/object_list.hpp>
#include <flowlog/source/object_store.hpp>
#include <flowlog/source/store_options.hpp>
#include <flowlog/version.hpp>

#endif
