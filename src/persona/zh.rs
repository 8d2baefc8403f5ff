//! 简体中文。

use super::{CheckWords, Voice};
use crate::model::{Language, Severity, UnreadReason};
use crate::rules::Role;

pub(super) static VOICE: Voice = Voice {
    language: Language::Zh,
    severity: |it| match it {
        Severity::Critical => "严重",
        Severity::Warning => "警告",
        Severity::Advice => "建议",
    },
    findings: |n| format!("{n} 个问题"),
    go_files: |n| format!("{n} 个变更的 Go 文件"),
    files_read: |n| format!("已读取 {n} 个 Go 文件"),
    comma: "，",
    colon: "：",
    stop: "。",
    space: "",
    introduces: |findings, by_severity| format!("**本次变更引入了 {findings}**（{by_severity}）"),
    clean: "未发现本次变更引入的问题",
    all_fixed: "本次变更引入的问题均已解决",
    inline_count: |n| format!("其中 {n} 个已在对应代码行评论"),
    repaired: |n| format!("同时消除了基线分支上已有的 {n} 个问题"),
    closed_count: |n| format!("自首次评审以来已了结 {n} 条评论"),
    also: "未在行内评论的问题",
    not_reviewed: |n| format!("未（完整）评审的文件：{n} 个"),
    unread: |it| match it {
        UnreadReason::TooLarge => "超出单个文件的大小上限",
        UnreadReason::Budget => "超出本次评审的文件数或字节数预算",
        UnreadReason::Binary => "不是文本文件",
        UnreadReason::Unavailable => "无法读取其内容",
        UnreadReason::NoPatch => "GitHub 未提供其 patch，相关问题列在此处而非行内",
        UnreadReason::SyntaxError => "存在语法错误，受影响的声明已跳过",
        UnreadReason::TooDeep => "嵌套过深，更深处的代码已跳过",
    },
    also_here: "以下位置存在同样的问题",
    stands_at: |place| format!("问题代码位于 {place}。"),
    caused_by_deletion: |place| format!("删除此处代码引发了该问题；问题代码位于 {place}。"),
    fixed_in: |sha| format!("✅ 已在 {sha} 中修复。"),
    silenced_in: |sha| format!("🔕 已在 {sha} 中通过代码注释静默。"),
    later_review: |new, head| format!("{head}：自上次评审以来新增 {new} 个问题。"),
    why: "原因",
    rule: "规则",
    fix: "修复",
    see: "参见",
    left_out: |n| format!("受 code scanning 的数量上限所限，略去了最次要的 {n} 个问题"),
    no_difference: |base| {
        format!(
            "没有 Go 文件与 `{base}` 不同；用 `--base` 指定其他起点，用 `--head worktree` 加上未提交的改动，用 `--all` 检查全部代码。"
        )
    },
    reading: "正在读取代码",
    summing_up: "正在汇总",
    analysing: |done, of| format!("已分析 {done} / {of} 个文件"),
    summary_only: "在 PR 中仅列入摘要",
    role: |it| match it {
        Role::Make => "在此创建",
        Role::OtherCase => "此分支先返回",
        Role::Loop => "在此循环中",
        Role::Client => "使用的客户端",
        Role::Start => "在此启动",
        Role::Body => "goroutine 执行的函数",
        Role::Wait => "在此等待",
        Role::Access => "同一状态在此被访问",
        _ => "相关代码",
    },
    check: CheckWords {
        clean: "没有未解决的问题",
        open: |n| format!("{n} 个未解决的问题"),
        draft: "等待草稿就绪",
        draft_text: "草稿状态的 PR 不做评审。请将其标记为 Ready for review，或评论 `/go-expert review`。",
        no_go: "没有 Go 代码变更",
        no_go_text: "除 `vendor/` 与 `testdata/` 之外，此 PR 未改动任何 Go 文件。",
        given_up: "评审未能完成",
        given_up_text: |reason| {
            format!("评审已放弃：{reason}。\n\n评论 `/go-expert review` 可重试。")
        },
    },
};
