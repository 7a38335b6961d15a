// #region app
import { calculator } from './calculator.ts';

export default calculator;
// #endregion app
