//! Operators on values that are known, as Python has them.

use std::rc::Rc;

use ruff_python_ast::{CmpOp, ExprSlice, Operator};

use super::load::Place;
use super::run::{CONSTANT, Interpreter};
use super::scope::Frame;
use super::value::{Kind, PathForm, Val, Why};

/// Longest string or list that an operator makes.
const LONGEST: usize = 1 << 20;

/// `left op right`.
pub(crate) fn binary(
    interpreter: &mut Interpreter<'_>,
    op: Operator,
    left: &Val,
    right: &Val,
    at: Place,
) -> Val {
    for side in [left, right] {
        if side.why().is_some() {
            return side.clone();
        }
        if let Some(why) = interpreter.changed(side) {
            return Val::new(Kind::Unknown(Rc::clone(why)), at);
        }
    }
    if let Some(path) = interpreter.path_operator(op, left, right, at) {
        return path;
    }
    if let (Some(one), Some(other)) = (left.as_str(), right.as_str())
        && op == Operator::Add
        && one.len() + other.len() <= LONGEST
    {
        return interpreter.string(&format!("{one}{other}"), at);
    }
    let kind = match (&left.kind, &right.kind) {
        (Kind::List(one), Kind::List(other)) if op == Operator::Add => {
            let items = one.items.iter().chain(&other.items).cloned().collect();
            return interpreter.list(items, at);
        }
        (Kind::Tuple(one), Kind::Tuple(other)) if op == Operator::Add => {
            let items = one.items.iter().chain(&other.items).cloned().collect();
            return interpreter.tuple(items, at);
        }
        (Kind::Dict(one), Kind::Dict(other)) if op == Operator::BitOr => {
            let mut pairs = one.pairs.clone();
            for (key, value) in &other.pairs {
                super::eval::set(&mut pairs, key.clone(), value.clone());
            }
            return interpreter.dict(pairs, at);
        }
        (Kind::List(list), Kind::Int(times)) | (Kind::Int(times), Kind::List(list))
            if op == Operator::Mult =>
        {
            let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
            if list.items.len().saturating_mul(times) > LONGEST {
                return super::eval::too_large(at);
            }
            let items = std::iter::repeat_n(&list.items, times)
                .flatten()
                .cloned()
                .collect();
            return interpreter.list(items, at);
        }
        (Kind::Str(text), Kind::Int(times)) | (Kind::Int(times), Kind::Str(text))
            if op == Operator::Mult =>
        {
            let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
            if text.len().saturating_mul(times) > LONGEST {
                return super::eval::too_large(at);
            }
            return interpreter.string(&text.repeat(times), at);
        }
        (Kind::Str(template), _) if op == Operator::Mod => {
            return super::text::percent(interpreter, template, right, at);
        }
        _ => match (integer(left), integer(right)) {
            (Some(one), Some(other)) => integers(op, one, other),
            _ => match (float(left), float(right)) {
                (Some(one), Some(other)) => floats(op, one, other),
                _ => None,
            },
        },
    };
    kind.map_or_else(
        || {
            let message = format!(
                "`{}` of {} and {} is not evaluated",
                op,
                left.describe(),
                right.describe()
            );
            Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val()
        },
        |kind| Val::new(kind, at),
    )
}

fn integer(value: &Val) -> Option<i64> {
    match value.kind {
        Kind::Int(number) => Some(number),
        Kind::Bool(flag) => Some(i64::from(flag)),
        _ => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Python's int-to-float conversion too"
)]
fn float(value: &Val) -> Option<f64> {
    match value.kind {
        Kind::Float(number) => Some(number),
        _ => integer(value).map(|number| number as f64),
    }
}

fn integers(op: Operator, one: i64, other: i64) -> Option<Kind> {
    let number = match op {
        Operator::Add => one.checked_add(other),
        Operator::Sub => one.checked_sub(other),
        Operator::Mult => one.checked_mul(other),
        Operator::FloorDiv => floor_div(one, other),
        Operator::Mod => floor_div(one, other)
            .and_then(|quotient| quotient.checked_mul(other))
            .and_then(|product| one.checked_sub(product)),
        Operator::Pow => u32::try_from(other)
            .ok()
            .and_then(|power| one.checked_pow(power)),
        Operator::BitAnd => Some(one & other),
        Operator::BitOr => Some(one | other),
        Operator::BitXor => Some(one ^ other),
        Operator::LShift => u32::try_from(other)
            .ok()
            .filter(|bits| *bits < 63)
            .and_then(|bits| one.checked_mul(1 << bits)),
        Operator::RShift => u32::try_from(other).ok().map(|bits| one >> bits.min(63)),
        Operator::Div => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "exact below 2⁵³, and refused above"
            )]
            let quotient = |one: i64, other: i64| Kind::Float(one as f64 / other as f64);
            let exact = |number: i64| number.unsigned_abs() < 1 << 53;
            return (other != 0 && exact(one) && exact(other)).then(|| quotient(one, other));
        }
        Operator::MatMult => None,
    };
    number.map(Kind::Int)
}

/// Division that rounds down.
fn floor_div(one: i64, other: i64) -> Option<i64> {
    let quotient = one.checked_div(other)?;
    let inexact = one.checked_rem(other)? != 0;
    Some(if inexact && (one < 0) != (other < 0) {
        quotient - 1
    } else {
        quotient
    })
}

fn floats(op: Operator, one: f64, other: f64) -> Option<Kind> {
    Some(Kind::Float(match op {
        Operator::Add => one + other,
        Operator::Sub => one - other,
        Operator::Mult => one * other,
        Operator::Div if other != 0.0 => one / other,
        Operator::FloorDiv if other != 0.0 => (one / other).floor(),
        _ => return None,
    }))
}

/// Whether two values are equal; `None` where that is not known.
pub(crate) fn equal(left: &Val, right: &Val) -> Option<bool> {
    if let (Some(one), Some(other)) = (left.as_str(), right.as_str()) {
        return Some(one == other);
    }
    if let (Some(one), Some(other)) = (integer(left), integer(right)) {
        return Some(one == other);
    }
    #[expect(clippy::float_cmp, reason = "Python's comparison is exact too")]
    if let (Some(one), Some(other)) = (float(left), float(right)) {
        return Some(one == other);
    }
    match (&left.kind, &right.kind) {
        (Kind::None, Kind::None) => Some(true),
        (Kind::List(one), Kind::List(other)) | (Kind::Tuple(one), Kind::Tuple(other)) => {
            if one.items.len() != other.items.len() {
                return Some(false);
            }
            let mut pairs = one.items.iter().zip(&other.items);
            pairs.try_fold(true, |all, (one, other)| Some(all && equal(one, other)?))
        }
        (Kind::Member(one), Kind::Member(other)) => {
            Some(one.class == other.class && one.name == other.name)
        }
        (one, other) if is_plain(one) && is_plain(other) => Some(false),
        _ => None,
    }
}

fn is_plain(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::None
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Str(_)
            | Kind::List(_)
            | Kind::Tuple(_)
    )
}

/// A comparison; `None` where its result is not known.
pub(crate) fn compare(op: CmpOp, left: &Val, right: &Val) -> Option<bool> {
    let ordering = || match (left.as_str(), right.as_str()) {
        (Some(one), Some(other)) => Some(one.cmp(other)),
        _ => float(left)?.partial_cmp(&float(right)?),
    };
    Some(match op {
        CmpOp::Eq => equal(left, right)?,
        CmpOp::NotEq => !equal(left, right)?,
        CmpOp::Lt => ordering()?.is_lt(),
        CmpOp::LtE => ordering()?.is_le(),
        CmpOp::Gt => ordering()?.is_gt(),
        CmpOp::GtE => ordering()?.is_ge(),
        CmpOp::Is | CmpOp::IsNot => {
            let singleton = |value: &Val| matches!(value.kind, Kind::None | Kind::Bool(_));
            if !singleton(left) && !singleton(right) {
                return None;
            }
            let same = match (&left.kind, &right.kind) {
                (Kind::None, Kind::None) => true,
                (Kind::Bool(one), Kind::Bool(other)) => one == other,
                _ => false,
            };
            same == (op == CmpOp::Is)
        }
        CmpOp::In | CmpOp::NotIn => contains(right, left)? == (op == CmpOp::In),
    })
}

fn contains(container: &Val, item: &Val) -> Option<bool> {
    if let (Some(text), Some(part)) = (container.as_str(), item.as_str()) {
        return Some(text.contains(part));
    }
    let any = |values: &mut dyn Iterator<Item = &Val>| {
        let mut found = false;
        for value in values {
            found |= equal(value, item)?;
        }
        Some(found)
    };
    match &container.kind {
        Kind::List(list) | Kind::Tuple(list) => any(&mut list.items.iter()),
        Kind::Dict(pairs) => any(&mut pairs.pairs.iter().map(|(key, _)| key)),
        _ => None,
    }
}

/// `value[key]`.
pub(crate) fn item(interpreter: &Interpreter<'_>, value: &Val, key: &Val, at: Place) -> Val {
    for side in [value, key] {
        if side.why().is_some() {
            return side.clone();
        }
    }
    if let Some(why) = interpreter.changed(value) {
        return Val::new(Kind::Unknown(Rc::clone(why)), at);
    }
    let index = |length: usize| {
        let position = integer(key)?;
        let position = if position < 0 {
            position + i64::try_from(length).ok()?
        } else {
            position
        };
        usize::try_from(position)
            .ok()
            .filter(|position| *position < length)
    };
    let found = match &value.kind {
        Kind::List(list) | Kind::Tuple(list) => {
            index(list.items.len()).map(|at| list.items[at].clone())
        }
        // The last of equal keys counts.
        Kind::Dict(pairs) => {
            let same = |pair: &&(Val, Val)| equal(&pair.0, key) == Some(true);
            pairs
                .pairs
                .iter()
                .rev()
                .find(same)
                .map(|(_, value)| value.clone())
        }
        Kind::Str(text) => {
            let letter = index(text.chars().count()).and_then(|at| text.chars().nth(at));
            letter.map(|letter| Val::text(letter.to_string(), at))
        }
        Kind::Known(super::known::Symbol::Environment) => return super::eval::environment(at),
        // `Generic[T]`, `List[int]`.
        Kind::Known(super::known::Symbol::Harmless) => return value.clone(),
        _ => {
            let message = format!("an item of {} is not evaluated", value.describe());
            return Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val();
        }
    };
    found.unwrap_or_else(|| {
        let message = format!("{} has no such item", value.describe());
        Why::new("chain::python", at, message).val()
    })
}

impl<'a> Interpreter<'a> {
    /// `value[lower:upper]`.
    pub(crate) fn slice(
        &mut self,
        frame: Frame,
        value: &Val,
        slice: &'a ExprSlice,
        at: Place,
    ) -> Val {
        if value.why().is_some() {
            return value.clone();
        }
        if let Some(why) = self.changed(value) {
            return Val::new(Kind::Unknown(Rc::clone(why)), at);
        }
        let mut bound = |side: &'a Option<Box<ruff_python_ast::Expr>>| match side {
            None => Ok(None),
            Some(side) => match self.eval(frame, side).kind {
                Kind::None => Ok(None),
                Kind::Int(number) => Ok(Some(number)),
                _ => Err(()),
            },
        };
        let bounds = (
            bound(&slice.lower),
            bound(&slice.upper),
            slice.step.is_none(),
        );
        let (Ok(lower), Ok(upper), true) = bounds else {
            let message = "this slice is not evaluated";
            return Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val();
        };
        let range = |length: usize| {
            let clamp = |bound: i64| {
                let bound = if bound < 0 {
                    bound.saturating_add_unsigned(length as u64).max(0)
                } else {
                    bound
                };
                usize::try_from(bound).unwrap_or(usize::MAX).min(length)
            };
            let (from, to) = (lower.map_or(0, clamp), upper.map_or(length, clamp));
            from..to.max(from)
        };
        match &value.kind {
            Kind::List(list) => {
                let items = list.items[range(list.items.len())].to_vec();
                self.list(items, at)
            }
            Kind::Tuple(list) => {
                let items = list.items[range(list.items.len())].to_vec();
                self.tuple(items, at)
            }
            Kind::Str(text) => {
                let range = range(text.chars().count());
                let part: String = text.chars().skip(range.start).take(range.len()).collect();
                self.string(&part, at)
            }
            _ => {
                let message = format!("a part of {} is not evaluated", value.describe());
                Why::new("chain::not-constant", at, message)
                    .hint(CONSTANT)
                    .val()
            }
        }
    }

    /// `path / "part"`, and `path_text + "/part"`.
    fn path_operator(&mut self, op: Operator, left: &Val, right: &Val, at: Place) -> Option<Val> {
        let is = |value: &Val, form: PathForm| matches!(&value.kind, Kind::Path(path) if path.form == form);
        match op {
            Operator::Div if is(left, PathForm::Path) || is(right, PathForm::Path) => {
                Some(self.joined(&[left.clone(), right.clone()], PathForm::Path, at))
            }
            Operator::Add if is(left, PathForm::Text) => {
                let Kind::Path(path) = &left.kind else {
                    return None;
                };
                let rest = right.as_str()?;
                let text = if path.anchored {
                    rest.strip_prefix('/')
                } else {
                    Some(rest)
                };
                let Some(text) = text.filter(|_| path.anchored) else {
                    let message = "only a part that begins with `/` can be added to a path";
                    return Some(Why::new("chain::not-constant", at, message).val());
                };
                let part = Val::text(text, at);
                Some(self.joined(&[left.clone(), part], PathForm::Text, at))
            }
            _ => None,
        }
    }
}
