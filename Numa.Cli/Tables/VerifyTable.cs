using Numa.Workloads.Verification;

namespace Numa.Cli.Tables;

/// <summary>Claims about captures: a row for each, and under it the rule behind what differs.</summary>
internal static class VerifyTable
{
    public static void Write(Page page, IReadOnlyCollection<CaptureReport> reports)
    {
        foreach (var report in reports)
        {
            page.Title(report.Capture);
            var sheet = new Sheet("<claim", "compared", "equal", "<first difference");
            foreach (var claim in report.Claims)
            {
                var differs = claim.FirstDifference is not null;
                var text = claim.FirstDifference is { } first
                    ? $"{first.Where}: kernel {first.Kernel}, ours {first.Ours}"
                    : "-";
                sheet.Row(claim.Claim, Figures.Count(claim.Compared), Figures.Count(claim.Equal), new(text, differs));
            }

            if (sheet.Rows.Count > 0) page.Draw(sheet);
            foreach (var claim in report.Claims)
            {
                if (claim.FirstDifference is { } first) page.Alarm($"{claim.Claim}: ours is {first.Rule}");
            }

            foreach (var remark in report.Remarks) page.Sentence(remark);
            foreach (var missing in report.LeftOut) page.Sentence($"left out: {missing}");
        }

        var claims = reports.SelectMany(report => report.Claims).ToList();
        page.Line($"{Figures.Count(reports.Count, "capture")}, "
            + $"{Figures.Count(claims.Sum(claim => (long)claim.Compared), "value")} compared, "
            + $"{Figures.Count(claims.Sum(claim => (long)claim.Equal))} equal");
    }
}
