using Numa.Cli.Tables;
using Numa.Workloads.WhatIf;

namespace Numa.Cli.Exports;

/// <summary>What a write would change, with every figure, also those that stay.</summary>
internal static class WhatIfExport
{
    public static string Json(WhatIfAnswer answer) => JsonExport.Text(new
    {
        Answer = WhatIfText.Answer(answer),
        Machine = answer.Machine.Name,
        Kernel = answer.Machine.Release.Name,
        answer.Writes,
        answer.Notes,
        Changed = answer.Figures.Count(figure => figure.Differs),
        Unchanged = answer.Figures.Count(figure => !figure.Differs),
        Figures = answer.Figures.Select(figure => new
        {
            figure.Part,
            figure.Of,
            figure.Name,
            Until = figure.End,
            figure.Now,
            figure.With,
            figure.Difference,
        }),
        Zonelists = answer.Walks,
    });

    /// <summary>One row per figure.</summary>
    public static string Csv(WhatIfAnswer answer)
    {
        var csv = new CsvText().Row("machine", "kernel", "part", "of", "name", "until", "now", "with", "difference");
        foreach (var figure in answer.Figures)
        {
            csv.Row(answer.Machine.Name, answer.Machine.Release.Name, CsvExport.Word(figure.Part), figure.Of,
                figure.Name, figure.End is { } end ? CsvExport.Word(end) : null, figure.Now, figure.With,
                figure.Difference);
        }

        return csv.ToString();
    }
}
