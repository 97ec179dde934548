using System.Globalization;

namespace Numa.Tests.Cli;

/// <summary>Cultures under which every text must come out the same.</summary>
internal static class ForeignCulture
{
    /// <summary>Runs some code with decimal commas and other group and minus signs than ours.</summary>
    /// <remarks>Built by hand: the product runs with invariant globalization, which knows no real culture.</remarks>
    public static async Task<T> WithinAsync<T>(Func<Task<T>> code)
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "\u2212";
        CultureInfo.CurrentCulture = culture;
        try
        {
            return await code();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
